package main

import (
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	commonutil "helm.sh/helm/v4/pkg/chart/common/util"
	chart "helm.sh/helm/v4/pkg/chart/v2"
)

type schemas map[string]bool

// renderValues is what templates see.
func (l *loadedChart) renderValues(prepared *chart.Chart, request releaseRequest, capabilities *common.Capabilities) (common.Values, []string, error) {
	options := common.ReleaseOptions{
		Name:      request.Name,
		Namespace: request.Namespace,
		Revision:  1,
		IsInstall: !request.IsUpgrade,
		IsUpgrade: request.IsUpgrade,
	}
	warnings := []string{}
	values, err := commonutil.ToRenderValuesWithSchemaValidation(prepared, request.Values, options, capabilities, request.SkipSchemaValidation)
	if err != nil && strings.Contains(err.Error(), "failing loading \"http") {
		warnings = append(warnings, "The values were not checked: the schema of the chart refers to another one on the network.")
		values, err = commonutil.ToRenderValuesWithSchemaValidation(prepared, request.Values, options, capabilities, true)
	}
	return values, warnings, err
}
