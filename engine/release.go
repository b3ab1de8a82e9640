// The operation that renders a HelmRelease, from the loaded chart to its objects.

package main

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"helm.sh/helm/v4/pkg/chart/common"
	commonutil "helm.sh/helm/v4/pkg/chart/common/util"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	helmutil "helm.sh/helm/v4/pkg/chart/v2/util"
)

const notesFile = "NOTES.txt"

// renderRelease follows helm-controller v1.6.4 (internal/action/install.go) into helm v4.2.4 (RunWithContext of
// pkg/action/install.go and renderResources of pkg/action/action.go), which cannot be had without clients of clusters and
// registries, up to where the manifest goes to the cluster.
func renderRelease(request releaseRequest) (releaseReply, error) {
	var reply releaseReply
	loaded, err := chartNamed(request.Chart)
	if err != nil {
		return reply, err
	}
	if err := helmutil.ValidateReleaseName(request.Name); err != nil {
		return reply, fmt.Errorf("release name %q: %w", request.Name, err)
	}
	capabilities, err := capabilitiesOf(request)
	if err != nil {
		return reply, err
	}
	request.Values = typed(request.Values)
	prepared, err := prepare(loaded.chart, request)
	if err != nil {
		return reply, err
	}
	if required := prepared.Metadata.KubeVersion; required != "" && !helmutil.IsCompatibleRange(required, capabilities.KubeVersion.String()) {
		return reply, fmt.Errorf("chart requires kubeVersion: %s which is incompatible with Kubernetes %s",
			required, capabilities.KubeVersion.Version)
	}
	values, warnings, err := loaded.valuesFor(prepared, request, capabilities)
	if err != nil {
		return reply, err
	}
	files, err := loaded.render(prepared, values)
	if err != nil {
		return reply, err
	}
	reply = releaseReply{Objects: []templatedObject{}, Hooks: []templatedHook{}, Notes: takeNotes(files, prepared.Name()), Warnings: warnings}
	result, err := postRender(files, request)
	if err != nil {
		return reply, err
	}
	if err := describe(result, &reply); err != nil {
		return reply, err
	}
	reply.CRDs, err = loaded.customResourceDefinitions(prepared, request)
	return reply, err
}

func capabilitiesOf(request releaseRequest) (*common.Capabilities, error) {
	capabilities := common.DefaultCapabilities.Copy()
	if asked := request.Capabilities.KubeVersion; asked != "" {
		version, err := common.ParseKubeVersion(asked)
		if err != nil {
			return nil, fmt.Errorf("invalid Kubernetes version %q: %w", asked, err)
		}
		capabilities.KubeVersion = *version
	}
	if exact := request.Capabilities.APIVersions; exact != nil {
		capabilities.APIVersions = *exact
	}
	capabilities.APIVersions = append(slices.Clone(capabilities.APIVersions), request.Capabilities.MoreAPIVersions...)
	return capabilities, nil
}

// prepare makes of a loaded chart what the controllers would render: values files of its source replace its own values,
// helm-controller appends the digest of its artifact to its version, and Helm processes its dependencies.
func prepare(loaded *chart.Chart, request releaseRequest) (*chart.Chart, error) {
	prepared := copied(loaded)
	if request.ChartValues != nil {
		prepared.Values = request.ChartValues
	}
	if request.VersionSuffix != "" {
		version, err := semver.NewVersion(prepared.Metadata.Version)
		if err != nil {
			return nil, fmt.Errorf("invalid chart version %s", prepared.Metadata.Version)
		}
		// mutateChartWithSourceRevision of helm-controller v1.6.4, internal/controller/helmrelease_controller.go.
		suffixed, err := version.SetMetadata(request.VersionSuffix)
		if err != nil {
			return nil, err
		}
		prepared.Metadata.Version = suffixed.String()
	}
	if err := helmutil.ProcessDependencies(prepared, request.Values); err != nil {
		return nil, fmt.Errorf("chart dependencies processing failed: %w", err)
	}
	return prepared, nil
}

// valuesFor gives what templates see.
func (l *loadedChart) valuesFor(prepared *chart.Chart, request releaseRequest, capabilities *common.Capabilities) (common.Values, []string, error) {
	// Checked below, with schemas that were compiled before.
	const skipSchema = true
	merging.begin()
	values, err := commonutil.ToRenderValuesWithSchemaValidation(prepared, request.Values, common.ReleaseOptions{
		Name:      request.Name,
		Namespace: request.Namespace,
		Revision:  1,
		IsInstall: !request.IsUpgrade,
		IsUpgrade: request.IsUpgrade,
	}, capabilities, skipSchema)
	warnings := merging.sentences
	if err != nil || request.SkipSchemaValidation {
		return values, warnings, err
	}
	top, _ := values["Values"].(common.Values)
	problems, unchecked := l.checkValues(prepared, top)
	if problems != "" {
		return nil, nil, fmt.Errorf("values don't meet the specifications of the schema(s) in the following chart(s):\n%s", problems)
	}
	return values, append(warnings, unchecked...), nil
}

// takeNotes removes the notes of all charts from the rendered files and gives those of the chart itself.
func takeNotes(files map[string]string, chartName string) string {
	notes := files[path.Join(chartName, "templates", notesFile)]
	for name := range files {
		if strings.HasSuffix(name, notesFile) {
			delete(files, name)
		}
	}
	return notes
}

// describe writes what was rendered as helm-controller reads a manifest.
func describe(result rendered, reply *releaseReply) error {
	for _, each := range result.objects {
		objects, err := encodeManifest(each)
		if err != nil {
			return err
		}
		reply.Objects = append(reply.Objects, objects...)
	}
	for _, each := range result.hooks {
		objects, err := encodeManifest(each.manifest)
		if err != nil {
			return err
		}
		for _, object := range objects {
			described := templatedHook{templatedObject: object, Weight: each.hook.Weight, Events: []string{}, DeletePolicies: []string{}}
			for _, event := range each.hook.Events {
				described.Events = append(described.Events, event.String())
			}
			for _, policy := range each.hook.DeletePolicies {
				described.DeletePolicies = append(described.DeletePolicies, policy.String())
			}
			reply.Hooks = append(reply.Hooks, described)
		}
	}
	return nil
}

func encodeManifest(of manifest) ([]templatedObject, error) {
	trees, err := appendObjects(nil, of.object)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", of.file, err)
	}
	encoded, err := encodeAll(trees)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", of.file, err)
	}
	var objects []templatedObject
	for _, each := range encoded {
		objects = append(objects, templatedObject{Object: each, Template: belowChart(of.file)})
	}
	return objects, nil
}

// belowChart takes the name of the chart off the path of one of its files, which a reader of one chart knows.
func belowChart(name string) string {
	if _, below, found := strings.Cut(name, "/"); found {
		return below
	}
	return name
}
