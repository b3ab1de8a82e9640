// What helm-controller does to the manifests of a chart after Helm has rendered them.

package main

import (
	"encoding/json"
	"fmt"

	"github.com/fluxcd/pkg/apis/kustomize"
	releaseutil "helm.sh/helm/v4/pkg/release/v1/util"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/kio"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
)

const fileAnnotation = "postrenderer.helm.sh/postrender-filename"

func originLabels(request releaseRequest) map[string]string {
	return map[string]string{
		"helm.toolkit.fluxcd.io/name":      request.Origin.Name,
		"helm.toolkit.fluxcd.io/namespace": request.Origin.Namespace,
	}
}

// rendered is what a release consists of, in Helm's order.
type rendered struct {
	objects []manifest
	hooks   []sortedHook
}

// postRender gives the files to the post-renderers of a HelmRelease, in the groups that the strategy forms: renderResources of
// helm v4.2.4, pkg/action/action.go. The default is that of helm-controller v1.6.4, internal/action/post_render.go.
func postRender(files map[string]string, request releaseRequest) (rendered, error) {
	switch request.PostRenderStrategy {
	case "", "combined":
		manifests, err := postRenderGroup("files", "", files, request)
		if err != nil {
			return rendered{}, err
		}
		return sortManifests(manifests)
	case "separate", "nohooks":
		return postRenderApart(files, request)
	}
	return rendered{}, fmt.Errorf("unknown post-render strategy: '%s'", request.PostRenderStrategy)
}

// postRenderApart keeps hooks and what is no hook in two groups, and leaves the hooks as they are when the strategy says so.
func postRenderApart(files map[string]string, request releaseRequest) (rendered, error) {
	hooks, manifests, err := releaseutil.SortManifests(files, nil, releaseutil.InstallOrder)
	if err != nil {
		return rendered{}, err
	}
	hookFiles, manifestFiles := map[string]string{}, map[string]string{}
	for _, hook := range hooks {
		appendTo(hookFiles, hook.Path, hook.Manifest)
	}
	for _, manifest := range manifests {
		appendTo(manifestFiles, manifest.Name, manifest.Content)
	}
	result, err := rendered{}, error(nil)
	var hookManifests, others []manifest
	if request.PostRenderStrategy == "nohooks" {
		for _, hook := range hooks {
			read, err := readObjects(hook.Manifest)
			if err != nil {
				return result, fmt.Errorf("%s: %w", hook.Path, err)
			}
			for _, each := range read {
				result.hooks = append(result.hooks, sortedHook{manifest: manifest{file: hook.Path, object: each}, hook: hook})
			}
		}
	} else if hookManifests, err = postRenderGroup("hooks", "hooks-", hookFiles, request); err != nil {
		return result, err
	}
	if others, err = postRenderGroup("manifests", "manifests-", manifestFiles, request); err != nil {
		return result, err
	}
	sorted, err := sortManifests(append(hookManifests, others...))
	return rendered{objects: sorted.objects, hooks: append(result.hooks, sorted.hooks...)}, err
}

func appendTo(files map[string]string, name, content string) {
	if before, ok := files[name]; ok {
		content = before + "\n---\n" + content
	}
	files[name] = content
}

// postRenderGroup runs the post-renderers in the order of BuildPostRenderers of helm-controller v1.6.4,
// internal/postrender/build.go: kustomize, then common metadata, then the labels of the origin. The controller writes a stream
// of YAML for each of them and reads it again; here the objects stay objects, which is most of the time of a render.
func postRenderGroup(group, prefix string, files map[string]string, request releaseRequest) ([]manifest, error) {
	if len(files) == 0 {
		return nil, nil
	}
	documents, err := readFiles(files)
	if err != nil {
		return nil, fmt.Errorf("error merging %s: %w", group, err)
	}
	fail := func(err error) ([]manifest, error) {
		return nil, fmt.Errorf("error while running post render on %s: %w", group, err)
	}
	for _, renderer := range request.PostRenderers {
		if renderer.Kustomize == nil {
			continue
		}
		if documents, err = kustomizeDocuments(documents, renderer.Kustomize.Patches, renderer.Kustomize.Images); err != nil {
			return fail(err)
		}
	}
	manifests, err := asManifests(documents, prefix)
	if err != nil {
		return fail(err)
	}
	for _, each := range manifests {
		if common := request.CommonMetadata; common != nil {
			if err := addMetadata(each.object, "labels", common.Labels); err != nil {
				return fail(err)
			}
			if err := addMetadata(each.object, "annotations", common.Annotations); err != nil {
				return fail(err)
			}
		}
		if err := addMetadata(each.object, "labels", originLabels(request)); err != nil {
			return fail(err)
		}
	}
	return manifests, nil
}

// kustomizeDocuments is Run of helm-controller v1.6.4, internal/postrender/kustomize.go, with the stream that Helm makes of
// the documents: each names its file, and what kustomize adds names none.
func kustomizeDocuments(documents []document, patches []kustomize.Patch, images []kustomize.Image) ([]document, error) {
	nodes := make([]*kyaml.RNode, 0, len(documents))
	for _, each := range documents {
		if each.file != "" {
			if err := each.node.PipeE(kyaml.SetAnnotation(fileAnnotation, each.file)); err != nil {
				return nil, fmt.Errorf("annotating %s: %w", each.file, err)
			}
		}
		nodes = append(nodes, each.node)
	}
	stream, err := kio.StringAll(nodes)
	if err != nil {
		return nil, err
	}
	if stream, err = kustomizeStream(stream, patches, images); err != nil {
		return nil, err
	}
	if nodes, err = kio.FromBytes([]byte(stream)); err != nil {
		return nil, err
	}
	documents = make([]document, 0, len(nodes))
	for _, node := range nodes {
		file := node.GetAnnotations(fileAnnotation)[fileAnnotation]
		documents = append(documents, document{file: file, node: node})
	}
	return documents, nil
}

func kustomizeStream(stream string, patches []kustomize.Patch, images []kustomize.Image) (string, error) {
	const input = "helm-output.yaml"
	configuration := types.Kustomization{Resources: []string{input}}
	configuration.APIVersion = types.KustomizationVersion
	configuration.Kind = types.KustomizationKind
	for _, image := range images {
		configuration.Images = append(configuration.Images, types.Image{
			Name: image.Name, NewName: image.NewName, NewTag: image.NewTag, Digest: image.Digest,
		})
	}
	for _, patch := range patches {
		configuration.Patches = append(configuration.Patches, types.Patch{Patch: patch.Patch, Target: selector(patch.Target)})
	}
	encoded, err := json.Marshal(configuration)
	if err != nil {
		return "", err
	}
	files := newFileSystem()
	if err := files.put(input, []byte(stream)); err != nil {
		return "", err
	}
	if err := files.put("kustomization.yaml", encoded); err != nil {
		return "", err
	}
	resources, err := krustyBuild(files, root)
	if err != nil {
		return "", err
	}
	built, err := resources.AsYaml()
	return string(built), err
}

func selector(target *kustomize.Selector) *types.Selector {
	if target == nil {
		return nil
	}
	selector := &types.Selector{LabelSelector: target.LabelSelector, AnnotationSelector: target.AnnotationSelector}
	selector.Group, selector.Version, selector.Kind = target.Group, target.Version, target.Kind
	selector.Name, selector.Namespace = target.Name, target.Namespace
	return selector
}
