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

func mergeValues(request valuesRequest) (valuesReply, error) {
	merged, err := merged(request)
	return valuesReply{Values: merged}, err
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
