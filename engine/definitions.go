// Custom resource definitions of a chart, which helm-controller applies apart from the release.

package main

import (
	"fmt"

	chart "helm.sh/helm/v4/pkg/chart/v2"
	"k8s.io/apimachinery/pkg/runtime"
)

// definition is a custom resource definition of a chart: its metadata, which a release adds to, and the rest as JSON, which is
// large and the same for every release.
type definition struct {
	metadata fields
	rest     []byte
}

// customResourceDefinitions follows applyCRDs of helm-controller v1.6.4, internal/action/crds.go: what is no definition is left
// out, and the origin labels are added, but no common metadata.
func (l *loadedChart) customResourceDefinitions(prepared *chart.Chart, request releaseRequest) ([]templatedObject, error) {
	objects := []templatedObject{}
	for _, crd := range prepared.CRDObjects() {
		definitions, known := l.definitions[crd.File]
		if !known {
			var err error
			if definitions, err = readDefinitions(string(crd.File.Data)); err != nil {
				return nil, fmt.Errorf("failed to parse CustomResourceDefinitions from %s: %w", crd.Filename, err)
			}
			l.definitions[crd.File] = definitions
		}
		for _, each := range definitions {
			object, err := each.withLabels(originLabels(request))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", crd.Filename, err)
			}
			objects = append(objects, templatedObject{Object: object, Template: belowChart(crd.Filename)})
		}
	}
	return objects, nil
}

func readDefinitions(text string) ([]definition, error) {
	read, err := readObjects(text)
	if err != nil {
		return nil, err
	}
	var definitions []definition
	for _, tree := range read {
		metadata, ok := tree["metadata"].(fields)
		if !ok || !isDefinition(tree) {
			continue
		}
		delete(tree, "metadata")
		rest, err := appendJSON(nil, tree)
		if err != nil {
			return nil, err
		}
		definitions = append(definitions, definition{metadata: metadata, rest: rest})
	}
	return definitions, nil
}

func (d definition) withLabels(labels map[string]string) (object, error) {
	labelled := fields{"metadata": runtime.DeepCopyJSON(d.metadata)}
	if err := addMetadata(labelled, "labels", labels); err != nil {
		return nil, err
	}
	encoded, err := appendJSON(nil, labelled)
	if err != nil {
		return nil, err
	}
	// Both are maps that are not empty: one goes on where the other ends.
	encoded[len(encoded)-1] = ','
	return append(encoded, d.rest[1:]...), nil
}
