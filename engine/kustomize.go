// Runs kustomize as Flux does, and says what it wanted from the network.

package main

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/kustomize"
	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// runKustomize is Build of fluxcd/pkg/kustomize, which parses the schema of Kubernetes anew each time (0.3 s here), unless a
// kustomization of the tree brings a schema of its own that the next build must not see.
func runKustomize(files *watchedFiles, directory string) (resmap.ResMap, error) {
	if len(files.schemas) > 0 {
		return kustomize.Build(files, directory)
	}
	return krustyBuild(files, directory)
}

// krustyBuild runs kustomize with the options of Flux: Build of fluxcd/pkg/kustomize v1.35.6, kustomize_generator.go, and
// buildKustomization of helm-controller v1.6.4, internal/postrender/kustomize.go.
func krustyBuild(files filesys.FileSystem, directory string) (resources resmap.ResMap, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("recovered from kustomize build panic: %v", cause)
		}
	}()
	return krusty.MakeKustomizer(&krusty.Options{
		LoadRestrictions: types.LoadRestrictionsNone,
		PluginConfig:     types.DisabledPluginConfig(),
	}).Run(files, directory)
}

// bringsSchema says whether a file is a kustomization that may bring a schema of its own.
func bringsSchema(name string, content []byte) bool {
	return isKustomizeFile(name) && bytes.Contains(content, []byte("openapi"))
}

// How kustomize says what it was about to load: the innermost last, or as net/http says it.
var (
	accumulated = regexp.MustCompile(`(?:resources|components?) from '([^']+)'`)
	requested   = regexp.MustCompile(`Get "(https?://[^"]+)"`)
)

// explain says which remote base a build wanted, where it failed because nothing is reachable from here.
func explain(err error, tree *fileSystem, directory string) error {
	message := err.Error()
	remote := ""
	for _, found := range accumulated.FindAllStringSubmatch(message, -1) {
		if isRemote(found[1]) {
			remote = found[1]
		}
	}
	if found := requested.FindStringSubmatch(message); remote == "" && found != nil {
		remote = found[1]
	}
	if remote == "" && strings.Contains(message, "no 'git' program") {
		remote = remoteComponent(tree, directory)
	}
	if remote == "" {
		return err
	}
	return fmt.Errorf("remote bases are not fetched: %s (%w)", remote, err)
}

func isRemote(name string) bool {
	return !kustomize.IsLocalRelativePath(name) && !path.IsAbs(name)
}

// remoteComponent looks for what kustomize does not name: a component that lies elsewhere.
func remoteComponent(tree *fileSystem, directory string) string {
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		var file types.Kustomization
		if yaml.Unmarshal(tree.files[path.Join(directory, name)], &file) != nil {
			continue
		}
		if i := slices.IndexFunc(file.Components, isRemote); i >= 0 {
			return file.Components[i]
		}
	}
	return "a component of a folder below"
}
