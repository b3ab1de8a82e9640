package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/fluxcd/pkg/apis/kustomize"
	releaseutil "helm.sh/helm/v4/pkg/release/v1/util"
	"sigs.k8s.io/kustomize/api/builtins"
	"sigs.k8s.io/kustomize/api/provider"
	"sigs.k8s.io/kustomize/api/resmap"
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

// postRender gives the files to the post-renderers of a HelmRelease, in the groups that the strategy forms: renderResources of
// helm v4.2.4, pkg/action/action.go. The default is that of helm-controller v1.6.4, internal/action/post_render.go.
func postRender(files map[string]string, request releaseRequest) (map[string]string, error) {
	switch request.PostRenderStrategy {
	case "", "combined":
		return postRenderGroup("files", "", files, request)
	case "separate", "nohooks":
	default:
		return nil, fmt.Errorf("unknown post-render strategy: '%s'", request.PostRenderStrategy)
	}
	hooks, manifests, err := releaseutil.SortManifests(files, nil, releaseutil.InstallOrder)
	if err != nil {
		return nil, err
	}
	hookFiles, manifestFiles := map[string]string{}, map[string]string{}
	for _, hook := range hooks {
		appendTo(hookFiles, hook.Path, hook.Manifest)
	}
	for _, manifest := range manifests {
		appendTo(manifestFiles, manifest.Name, manifest.Content)
	}
	if request.PostRenderStrategy == "separate" {
		if hookFiles, err = postRenderGroup("hooks", "hooks-", hookFiles, request); err != nil {
			return nil, err
		}
	}
	if manifestFiles, err = postRenderGroup("manifests", "manifests-", manifestFiles, request); err != nil {
		return nil, err
	}
	for name, content := range manifestFiles {
		appendTo(hookFiles, name, content)
	}
	return hookFiles, nil
}

func appendTo(files map[string]string, name, content string) {
	if before, ok := files[name]; ok {
		content = before + "\n---\n" + content
	}
	files[name] = content
}

func postRenderGroup(group, prefix string, files map[string]string, request releaseRequest) (map[string]string, error) {
	merged, err := merge(files)
	if err != nil {
		return nil, fmt.Errorf("error merging %s: %w", group, err)
	}
	rendered, err := runPostRenderers(merged, request)
	if err != nil {
		return nil, fmt.Errorf("error while running post render on %s: %w", group, err)
	}
	result, err := splitFiles(rendered, prefix)
	if err != nil {
		return nil, fmt.Errorf("error while parsing post rendered output for %s: %w", group, err)
	}
	return result, nil
}

// merge writes files as one stream in which each document names its file: annotateAndMerge of helm v4.2.4.
func merge(files map[string]string) (string, error) {
	var documents []*kyaml.RNode
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if strings.HasPrefix(path.Base(name), "_") || strings.TrimSpace(files[name]) == "" {
			continue
		}
		parts := releaseutil.SplitManifests(files[name])
		keys := slices.Collect(maps.Keys(parts))
		sort.Sort(releaseutil.BySplitManifestsOrder(keys))
		for _, key := range keys {
			parsed, err := kio.ParseAll(parts[key])
			if err != nil {
				return "", fmt.Errorf("parsing %s: %w", name, err)
			}
			for _, document := range parsed {
				if err := document.PipeE(kyaml.SetAnnotation(fileAnnotation, name)); err != nil {
					return "", fmt.Errorf("annotating %s: %w", name, err)
				}
				documents = append(documents, document)
			}
		}
	}
	return kio.StringAll(documents)
}

// splitFiles undoes merge after the post-renderers: splitAndDeannotate of helm v4.2.4.
func splitFiles(stream, prefix string) (map[string]string, error) {
	documents, err := kio.ParseAll(stream)
	if err != nil {
		return nil, err
	}
	byName := map[string][]*kyaml.RNode{}
	for i, document := range documents {
		metadata, err := document.GetMeta()
		if err != nil {
			return nil, err
		}
		name := metadata.Annotations[fileAnnotation]
		if name == "" {
			name = fmt.Sprintf("generated-by-postrender-%s%d.yaml", prefix, i)
		}
		if err := document.PipeE(kyaml.ClearAnnotation(fileAnnotation)); err != nil {
			return nil, err
		}
		byName[name] = append(byName[name], document)
	}
	files := map[string]string{}
	for name, group := range byName {
		if files[name], err = kio.StringAll(group); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// runPostRenderers follows BuildPostRenderers of helm-controller v1.6.4, internal/postrender/build.go: kustomize, then common
// metadata, then the labels of the origin, each over the output of the one before.
func runPostRenderers(manifests string, request releaseRequest) (string, error) {
	var err error
	for _, renderer := range request.PostRenderers {
		if renderer.Kustomize == nil {
			continue
		}
		if manifests, err = kustomizeManifests(manifests, renderer.Kustomize.Patches, renderer.Kustomize.Images); err != nil {
			return "", err
		}
	}
	var transformers []resmap.Transformer
	if common := request.CommonMetadata; common != nil {
		transformers = append(transformers, labeller(common.Labels), annotator(common.Annotations))
	}
	transformers = append(transformers, labeller(originLabels(request)))
	return transform(manifests, transformers)
}

// kustomizeManifests is Run of helm-controller v1.6.4, internal/postrender/kustomize.go.
func kustomizeManifests(manifests string, patches []kustomize.Patch, images []kustomize.Image) (string, error) {
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
	if err := files.WriteFile(place(input), []byte(manifests)); err != nil {
		return "", err
	}
	if err := files.WriteFile(place("kustomization.yaml"), encoded); err != nil {
		return "", err
	}
	resources, err := krustyBuild(files, root)
	if err != nil {
		return "", err
	}
	rendered, err := resources.AsYaml()
	return string(rendered), err
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

// transform, labeller and annotator are those of helm-controller v1.6.4, internal/postrender/transformer.go. The controller
// reads and writes the stream for each transformer, which changes nothing more than the first time.
func transform(manifests string, transformers []resmap.Transformer) (string, error) {
	resources, err := resmap.NewFactory(provider.NewDefaultDepProvider().GetResourceFactory()).NewResMapFromBytes([]byte(manifests))
	if err != nil {
		return "", err
	}
	for _, each := range transformers {
		if err := each.Transform(resources); err != nil {
			return "", err
		}
	}
	rendered, err := resources.AsYaml()
	return string(rendered), err
}

func labeller(labels map[string]string) resmap.Transformer {
	return &builtins.LabelTransformerPlugin{
		Labels:     labels,
		FieldSpecs: []types.FieldSpec{{Path: "metadata/labels", CreateIfNotPresent: true}},
	}
}

func annotator(annotations map[string]string) resmap.Transformer {
	return &builtins.AnnotationsTransformerPlugin{
		Annotations: annotations,
		FieldSpecs:  []types.FieldSpec{{Path: "metadata/annotations", CreateIfNotPresent: true}},
	}
}
