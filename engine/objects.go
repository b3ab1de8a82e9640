// Objects of the API as the controllers read them from YAML.

package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// This file follows fluxcd/pkg/ssa v0.76.2, utils/object.go, utils/is.go and utils/meta.go, a package that cannot be had
// without the clients of kubectl.

// fields are an object of the API as a tree.
type fields = map[string]any

func parseText(request parseRequest) (parseReply, error) {
	read, err := readObjects(request.Text)
	if err != nil {
		return parseReply{}, err
	}
	reply := parseReply{Objects: make([]object, 0, len(read))}
	for _, tree := range read {
		encoded, err := appendJSON(nil, tree)
		if err != nil {
			return parseReply{}, err
		}
		reply.Objects = append(reply.Objects, encoded)
	}
	return reply, nil
}

// encodeAll gives objects that the controllers have written as YAML on their way.
func encodeAll(trees []fields) ([]object, error) {
	objects := make([]object, 0, len(trees))
	for _, tree := range trees {
		encoded, err := appendJSON(nil, tree)
		if err == nil {
			err = checkYAML(encoded)
		}
		if err != nil {
			read := unstructured.Unstructured{Object: tree}
			return nil, fmt.Errorf("%s %s: %w", read.GetKind(), read.GetName(), err)
		}
		objects = append(objects, encoded)
	}
	return objects, nil
}

// readObjects reads YAML or JSON documents: lists are unfolded; what is no object and what kustomize would build is left out.
func readObjects(text string) ([]fields, error) {
	decoder := yaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 2048)
	var objects []fields
	for {
		read := &unstructured.Unstructured{}
		err := decoder.Decode(read)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, err
		}
		if objects, err = appendObjects(objects, read.Object); err != nil {
			return nil, err
		}
	}
}

func appendObjects(objects []fields, tree fields) ([]fields, error) {
	read := unstructured.Unstructured{Object: tree}
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
	if isObject && !(strings.EqualFold(read.GetKind(), "Kustomization") && strings.HasPrefix(read.GetAPIVersion(), "kustomize.config.k8s.io/")) {
		objects = append(objects, tree)
	}
	return objects, nil
}

func isDefinition(tree fields) bool {
	read := unstructured.Unstructured{Object: tree}
	return strings.EqualFold(read.GetKind(), "CustomResourceDefinition") && strings.HasPrefix(read.GetAPIVersion(), "apiextensions.k8s.io/")
}

// addMetadata sets labels or annotations over those that are there.
func addMetadata(tree fields, field string, added map[string]string) error {
	if len(added) == 0 {
		return nil
	}
	metadata, ok := tree["metadata"].(fields)
	if !ok {
		return errors.New("an object has no metadata")
	}
	entries, ok := metadata[field].(fields)
	if !ok {
		if metadata[field] != nil {
			return errors.New("metadata." + field + " is no map")
		}
		entries = fields{}
		metadata[field] = entries
	}
	for name, value := range added {
		entries[name] = value
	}
	return nil
}
