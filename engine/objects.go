package main

import (
	"errors"
	"io"
	"maps"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// This file follows fluxcd/pkg/ssa v0.76.2, utils/object.go, utils/is.go and utils/meta.go, a package that cannot be had
// without the clients of kubectl.

// object is an object of the API.
type object = map[string]any

func parseText(request parseRequest) (parseReply, error) {
	objects, err := readObjects(request.Text)
	if objects == nil {
		objects = []object{}
	}
	return parseReply{Objects: objects}, err
}

// readObjects reads YAML or JSON documents: lists are unfolded; what is no object and what kustomize would build is left out.
func readObjects(text string) ([]object, error) {
	decoder := yaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 2048)
	var objects []object
	for {
		read := &unstructured.Unstructured{}
		err := decoder.Decode(read)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, err
		}
		if objects, err = appendObjects(objects, read); err != nil {
			return nil, err
		}
	}
}

func appendObjects(objects []object, read *unstructured.Unstructured) ([]object, error) {
	if read.IsList() {
		err := read.EachListItem(func(item runtime.Object) error {
			each, ok := item.(*unstructured.Unstructured)
			if !ok {
				return errors.New("a list holds what is no object")
			}
			objects = append(objects, each.Object)
			return nil
		})
		return objects, err
	}
	isObject := read.GetName() != "" && read.GetKind() != "" && read.GetAPIVersion() != ""
	isKustomizeFile := strings.EqualFold(read.GetKind(), "Kustomization") && strings.HasPrefix(read.GetAPIVersion(), "kustomize.config.k8s.io/")
	if isObject && !isKustomizeFile {
		objects = append(objects, read.Object)
	}
	return objects, nil
}

func isDefinition(of object) bool {
	read := unstructured.Unstructured{Object: of}
	return strings.EqualFold(read.GetKind(), "CustomResourceDefinition") && strings.HasPrefix(read.GetAPIVersion(), "apiextensions.k8s.io/")
}

// addMetadata sets labels and annotations over those that are there.
func addMetadata(objects []object, labels, annotations map[string]string) {
	for _, each := range objects {
		changed := unstructured.Unstructured{Object: each}
		if merged := union(changed.GetLabels(), labels); len(merged) > 0 {
			changed.SetLabels(merged)
		}
		if merged := union(changed.GetAnnotations(), annotations); len(merged) > 0 {
			changed.SetAnnotations(merged)
		}
	}
}

func union(below, above map[string]string) map[string]string {
	merged := maps.Clone(below)
	if merged == nil {
		merged = map[string]string{}
	}
	maps.Copy(merged, above)
	return merged
}
