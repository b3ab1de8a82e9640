// The operation that builds a Flux Kustomization. Must leave the tree as it was.

package main

import (
	"fmt"
	"maps"
	"path"
	"reflect"
	"unsafe"

	"github.com/fluxcd/pkg/kustomize"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

const ownerGroup = "kustomize.toolkit.fluxcd.io"

// buildKustomization follows reconcile and build of kustomize-controller v1.9.5, internal/controller/kustomization_controller.go,
// from the unpacked artifact to the objects that it hands to server-side apply. What is encrypted stays encrypted.
func buildKustomization(request kustomizationRequest) (kustomizationReply, error) {
	tree, err := treeNamed(request.Tree)
	if err != nil {
		return kustomizationReply{}, err
	}
	var flux unstructured.Unstructured
	if err := flux.UnmarshalJSON(request.Kustomization); err != nil {
		return kustomizationReply{}, fmt.Errorf("malformed Kustomization: %w", err)
	}
	files := watch(tree, request.Scrambled)
	resources, generated, err := build(files, flux)
	if err != nil {
		return kustomizationReply{}, err
	}
	for _, resource := range resources.Resources() {
		if resource.GetName() == "" || resource.GetKind() == "" || resource.GetApiVersion() == "" {
			return kustomizationReply{}, fmt.Errorf("failed to decode Kubernetes apiVersion, kind and name from: %v", resource.String())
		}
	}
	names, substituted, err := substitute(flux, resources.Resources(), request)
	if err != nil {
		return kustomizationReply{}, err
	}
	trees, err := readResources(resources, substituted)
	if err != nil {
		return kustomizationReply{}, err
	}
	addOwner(trees, flux)
	objects, err := encodeAll(trees)
	return kustomizationReply{
		Objects: objects, Generated: generated, Used: names.used, Unknown: names.unknown, Copied: files.copied(),
	}, err
}

// addOwner sets the labels of SetOwnerLabels of fluxcd/pkg/ssa v0.76.2, manager.go, and over them the common metadata, as apply
// of the controller does. Where a label is no string the library sees none and the others are lost, here as there.
func addOwner(trees []fields, flux unstructured.Unstructured) {
	owner := map[string]string{ownerGroup + "/name": flux.GetName(), ownerGroup + "/namespace": flux.GetNamespace()}
	labels, _, _ := unstructured.NestedStringMap(flux.Object, "spec", "commonMetadata", "labels")
	annotations, _, _ := unstructured.NestedStringMap(flux.Object, "spec", "commonMetadata", "annotations")
	for _, tree := range trees {
		object := unstructured.Unstructured{Object: tree}
		merged := object.GetLabels()
		if merged == nil {
			merged = map[string]string{}
		}
		maps.Copy(merged, owner)
		maps.Copy(merged, labels)
		object.SetLabels(merged)
		if len(annotations) > 0 {
			merged := object.GetAnnotations()
			if merged == nil {
				merged = map[string]string{}
			}
			maps.Copy(merged, annotations)
			object.SetAnnotations(merged)
		}
	}
}

// build merges the Flux object into the kustomization file of its folder, or into one made for the folder, and runs kustomize.
func build(files *watchedFiles, flux unstructured.Unstructured) (_ resmap.ResMap, generated bool, _ error) {
	tree := files.fileSystem
	folder, _, err := unstructured.NestedString(flux.Object, "spec", "path")
	if err != nil {
		return nil, false, err
	}
	directory := place(folder)
	if !tree.IsDir(directory) {
		return nil, false, fmt.Errorf("kustomization path not found: %s", path.Join(".", folder))
	}
	generator := kustomize.NewGenerator(root, flux)
	setFileSystem(generator, tree)
	manifest, file, action, err := generator.GenerateManifest(directory)
	if err != nil {
		return nil, false, err
	}
	// The tree stays as it was: the merged file is there for the build alone, as it is in the controller's temporary folder.
	original, existed := tree.files[file]
	if err := tree.WriteFile(file, manifest); err != nil {
		return nil, false, err
	}
	defer func() {
		if existed {
			_ = tree.WriteFile(file, original)
		} else {
			_ = tree.RemoveAll(file)
		}
	}()
	resources, err := runKustomize(files, directory)
	if err != nil {
		return nil, false, fmt.Errorf("kustomize build failed: %w", explain(err, tree, directory))
	}
	return resources, action == kustomize.CreatedAction, nil
}

// setFileSystem makes the generator read the tree. It has a field for that, which nothing exported sets in fluxcd/pkg/kustomize
// v1.35.6; this panics, and with it every test, when the field is renamed.
func setFileSystem(generator *kustomize.Generator, tree filesys.FileSystem) {
	field := reflect.ValueOf(generator).Elem().FieldByName("fs")
	*(*filesys.FileSystem)(unsafe.Pointer(field.UnsafeAddr())) = tree
}

// readResources gives the objects without the way through one text of YAML; `read` holds what has been read before.
func readResources(resources resmap.ResMap, read map[*resource.Resource]fields) ([]fields, error) {
	var trees []fields
	for _, resource := range resources.Resources() {
		tree, err := read[resource], error(nil)
		if tree == nil {
			tree, err = decoded(&resource.RNode)
		}
		if err != nil {
			return nil, fmt.Errorf("kustomize build failed: %w", err)
		}
		if trees, err = appendObjects(trees, tree); err != nil {
			return nil, err
		}
	}
	return trees, nil
}
