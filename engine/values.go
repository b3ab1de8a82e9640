// The operation that merges the values of a HelmRelease.

package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/chartutil"
	"github.com/go-logr/logr"
	"helm.sh/helm/v4/pkg/chart/common"
)

// recent holds the last merged values by their JSON. JSON cannot tell the integers that a targetPath sets from the
// floating-point numbers of everything else, and templates can: 1000000 is written as such, or as 1e+06. A release is rendered
// soon after its values were merged, and finds them here with the types that they had.
var recent struct {
	values map[string]common.Values
	order  []string
}

const maxRecent = 16

func mergeValues(request valuesRequest) (valuesReply, error) {
	values, err := merged(request)
	if err != nil {
		return valuesReply{}, err
	}
	encoded, err := appendJSON(nil, values.AsMap())
	if err != nil {
		return valuesReply{}, err
	}
	remember(string(encoded), values)
	return valuesReply{Values: encoded}, nil
}

func remember(encoded string, values common.Values) {
	if recent.values == nil {
		recent.values = map[string]common.Values{}
	}
	if _, known := recent.values[encoded]; !known {
		recent.order = append(recent.order, encoded)
	}
	recent.values[encoded] = values
	if len(recent.order) > maxRecent {
		delete(recent.values, recent.order[0])
		recent.order = recent.order[1:]
	}
}

// typed gives values as they were merged, where they are among the last; they must not be changed.
func typed(values map[string]any) map[string]any {
	encoded, err := appendJSON(nil, values)
	if err != nil {
		return values
	}
	if known, ok := recent.values[string(encoded)]; ok {
		return known
	}
	return values
}

// merged is how helm-controller v1.6.4 composes values (internal/controller/helmrelease_controller.go). The library shares
// maps between the inline values and the result on purpose or not, and its results depend on it: nothing is copied here.
func merged(request valuesRequest) (common.Values, error) {
	var release struct {
		Metadata struct {
			Namespace string `json:"namespace"`
		} `json:"metadata"`
		Spec struct {
			ValuesFrom []meta.ValuesReference `json:"valuesFrom"`
			Values     map[string]any         `json:"values"`
		} `json:"spec"`
	}
	if err := json.Unmarshal(request.Release, &release); err != nil {
		return nil, fmt.Errorf("malformed HelmRelease: %w", err)
	}
	return chartutil.ChartValuesFromReferences(context.Background(), logr.Discard(), sources{known: request.Sources},
		release.Metadata.Namespace, release.Spec.Values, release.Spec.ValuesFrom...)
}
