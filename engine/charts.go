// Loads charts, keeps them, and gives copies that a render may change.

package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/ignore"
	"k8s.io/apimachinery/pkg/runtime"
)

// charts stay loaded between requests; what is made once of a chart stays with it.
var charts = map[string]*loadedChart{}

type loadedChart struct {
	chart       *chart.Chart
	schemas     map[*byte]compiledSchema
	templates   parsedTemplates
	definitions map[*common.File][]definition
}

func chartNamed(name string) (*loadedChart, error) {
	loaded, ok := charts[name]
	if !ok {
		return nil, fmt.Errorf("chart %q is not loaded", name)
	}
	return loaded, nil
}

func loadChart(request loadChartRequest, attachment []byte) (chartFacts, error) {
	loaded, err := readChart(request, attachment)
	if err != nil {
		return chartFacts{}, fmt.Errorf("cannot load the chart: %w", err)
	}
	if err := loaded.Validate(); err != nil {
		return chartFacts{}, fmt.Errorf("cannot load the chart: %w", err)
	}
	charts[request.Chart] = &loadedChart{chart: loaded, schemas: map[*byte]compiledSchema{}, definitions: map[*common.File][]definition{}}
	facts := chartFacts{
		Name:        loaded.Name(),
		Version:     loaded.Metadata.Version,
		AppVersion:  loaded.AppVersion(),
		Type:        loaded.Metadata.Type,
		KubeVersion: loaded.Metadata.KubeVersion,
		Values:      loaded.Values,
		Impure:      impureFunctions(loaded),
		CRDs:        len(loaded.CRDObjects()),
	}
	if facts.Type == "" {
		facts.Type = "application"
	}
	if facts.Values == nil {
		facts.Values = map[string]any{}
	}
	eachChart(loaded, func(each *chart.Chart) {
		facts.HasSchema = facts.HasSchema || len(each.Schema) > 0
		for _, file := range each.Raw {
			facts.Bytes += len(file.Data)
		}
	})
	return facts, nil
}

// eachChart visits a chart and its dependencies.
func eachChart(root *chart.Chart, visit func(*chart.Chart)) {
	visit(root)
	for _, dependency := range root.Dependencies() {
		eachChart(dependency, visit)
	}
}

func readChart(request loadChartRequest, attachment []byte) (*chart.Chart, error) {
	if len(attachment) > 0 {
		return loader.LoadArchive(bytes.NewReader(attachment))
	}
	tree, err := treeNamed(request.Tree)
	if err != nil {
		return nil, err
	}
	name := place(request.Path)
	if content, ok := tree.files[name]; ok {
		return loader.LoadArchive(bytes.NewReader(content))
	}
	return readFolder(tree, name)
}

// readFolder loads a chart as source-controller v1.9.5 builds one from a folder of a source (internal/helm/chart/
// builder_local.go): dependencies that are missing below charts/ are taken from the folders that the chart refers to.
func readFolder(tree *fileSystem, folder string) (*chart.Chart, error) {
	if !tree.IsDir(folder) {
		return nil, fmt.Errorf("there is no chart at %s", relative(folder))
	}
	files, err := filesOfChart(tree, folder)
	if err != nil {
		return nil, err
	}
	loaded, err := loader.LoadFiles(files)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", relative(folder), err)
	}
	return loaded, addDependencies(tree, folder, loaded)
}

// filesOfChart follows LoadDir of helm v4.2.4, pkg/chart/v2/loader/directory.go, over a tree.
func filesOfChart(tree *fileSystem, folder string) ([]*archive.BufferedFile, error) {
	rules := ignore.Empty()
	if content, ok := tree.files[path.Join(folder, ignore.HelmIgnore)]; ok {
		var err error
		if rules, err = ignore.Parse(bytes.NewReader(content)); err != nil {
			return nil, fmt.Errorf("%s: %w", ignore.HelmIgnore, err)
		}
	}
	rules.AddDefaults()
	var files []*archive.BufferedFile
	err := tree.Walk(folder, func(name string, info fs.FileInfo, err error) error {
		short := strings.TrimPrefix(name, folder+"/")
		switch {
		case err != nil || name == folder:
			return err
		case rules.Ignore(short, info):
			if info.IsDir() {
				return filepath.SkipDir
			}
			return nil
		case info.IsDir():
			return nil
		case info.Size() > archive.MaxDecompressedFileSize:
			return fmt.Errorf("chart file %q is larger than the maximum file size %d", short, archive.MaxDecompressedFileSize)
		}
		files = append(files, &archive.BufferedFile{Name: short, Data: bytes.TrimPrefix(tree.files[name], utf8BOM)})
		return nil
	})
	return files, err
}

var utf8BOM = []byte{0xEF, 0xBB, 0xBF}

// addDependencies follows source-controller v1.9.5, internal/helm/chart/dependency_manager.go, as far as no network is needed.
func addDependencies(tree *fileSystem, folder string, loaded *chart.Chart) error {
	wanted := loaded.Metadata.Dependencies
	if loaded.Lock != nil {
		wanted = loaded.Lock.Dependencies
	}
	var remote []string
	for _, dependency := range wanted {
		name := dependency.Name
		if dependency.Alias != "" {
			name = dependency.Alias
		}
		if len(loaded.Dependencies()) == len(wanted) || hasDependency(loaded, name) {
			continue
		}
		if dependency.Repository != "" && !strings.HasPrefix(dependency.Repository, "file://") {
			remote = append(remote, name)
			continue
		}
		if err := addLocalDependency(tree, folder, loaded, dependency); err != nil {
			return fmt.Errorf("failed to add local dependency '%s': %w", name, err)
		}
	}
	if len(remote) > 0 {
		return fmt.Errorf("found in Chart.yaml, but missing in charts/ directory: %s", strings.Join(remote, ", "))
	}
	return nil
}

func hasDependency(loaded *chart.Chart, name string) bool {
	return slices.ContainsFunc(loaded.Dependencies(), func(each *chart.Chart) bool { return each.Name() == name })
}

func addLocalDependency(tree *fileSystem, folder string, loaded *chart.Chart, wanted *chart.Dependency) error {
	within := strings.TrimPrefix(folder, root)
	name := place(path.Join(within, strings.TrimPrefix(wanted.Repository, "file://")))
	if wanted.Repository == "" {
		name = place(path.Join(within, "charts", wanted.Name))
	}
	if !tree.IsDir(name) {
		return fmt.Errorf("no chart found at '%s' (reference '%s')", relative(name), wanted.Repository)
	}
	files, err := filesOfChart(tree, name)
	if err != nil {
		return err
	}
	dependency, err := loader.LoadFiles(files)
	if err != nil {
		return fmt.Errorf("failed to load chart from '%s' (reference '%s'): %w", relative(name), wanted.Repository, err)
	}
	constraint, err := semver.NewConstraint(wanted.Version)
	if err != nil {
		return fmt.Errorf("invalid version/constraint format '%s': %w", wanted.Version, err)
	}
	version, err := semver.NewVersion(dependency.Metadata.Version)
	if err != nil {
		return err
	}
	if !constraint.Check(version) {
		return fmt.Errorf("can't get a valid version for constraint '%s'", wanted.Version)
	}
	if wanted.Alias != "" {
		dependency.Metadata.Name = wanted.Alias
	}
	loaded.AddDependency(dependency)
	return nil
}

// copied gives a chart that rendering may change: dependencies are processed in place, with the values of one release.
func copied(from *chart.Chart) *chart.Chart {
	metadata := *from.Metadata
	metadata.Dependencies = make([]*chart.Dependency, 0, len(from.Metadata.Dependencies))
	for _, dependency := range from.Metadata.Dependencies {
		shallow := *dependency
		metadata.Dependencies = append(metadata.Dependencies, &shallow)
	}
	to := &chart.Chart{
		Raw:       from.Raw,
		Metadata:  &metadata,
		Lock:      from.Lock,
		Templates: from.Templates,
		Values:    copiedValues(from.Values),
		Schema:    from.Schema,
		Files:     from.Files,
	}
	for _, dependency := range from.Dependencies() {
		to.AddDependency(copied(dependency))
	}
	return to
}

func copiedValues(values map[string]any) map[string]any {
	if values == nil {
		return nil
	}
	return runtime.DeepCopyJSON(values)
}
