// Executes the templates of a chart. Knows nothing of what comes out.

package main

import (
	"fmt"
	"path"
	"strings"
	"text/template"
	_ "unsafe" // for go:linkname

	chartapi "helm.sh/helm/v4/pkg/chart"
	"helm.sh/helm/v4/pkg/chart/common"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/engine"
)

// Helm parses all templates of a chart for each render, which is a third of the time of a large chart. It has no way to keep
// them; so this file does what render of helm v4.2.4, pkg/engine/engine.go, does, with Helm's functions, and keeps what was
// parsed. Where one of these functions is renamed the module does not link.

//go:linkname initFunMap helm.sh/helm/v4/pkg/engine.Engine.initFunMap
func initFunMap(engine.Engine, *template.Template)

//go:linkname allTemplates helm.sh/helm/v4/pkg/engine.allTemplates
func allTemplates(chartapi.Charter, common.Values) map[string]renderable

//go:linkname sortTemplates helm.sh/helm/v4/pkg/engine.sortTemplates
func sortTemplates(map[string]renderable) []string

//go:linkname cleanupParseError helm.sh/helm/v4/pkg/engine.cleanupParseError
func cleanupParseError(string, error) error

//go:linkname reformatExecErrorMsg helm.sh/helm/v4/pkg/engine.reformatExecErrorMsg
func reformatExecErrorMsg(string, error) error

// renderable is laid out as Helm's.
type renderable struct {
	tpl      string
	vals     common.Values
	basePath string
}

// parsedTemplates are those of a chart with the dependencies that one release of it has.
type parsedTemplates struct {
	names string
	root  *template.Template
}

// render gives the rendered templates by path. What is parsed serves the next render, for which it must not have changed: the
// functions hold counters of nested includes, which are back at zero when a render has ended well.
func (l *loadedChart) render(prepared *chart.Chart, values common.Values) (files map[string]string, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("rendering template failed: %v", cause)
		}
		if err != nil {
			l.templates = parsedTemplates{}
		}
	}()
	templates := allTemplates(prepared, values)
	sorted := sortTemplates(templates)
	if err := l.parse(templates, sorted); err != nil {
		return nil, err
	}
	files = make(map[string]string, len(sorted))
	for _, name := range sorted {
		if strings.HasPrefix(path.Base(name), "_") {
			continue
		}
		scope := templates[name].vals
		scope["Template"] = common.Values{"Name": name, "BasePath": templates[name].basePath}
		var text strings.Builder
		if err := l.templates.root.ExecuteTemplate(&text, name, scope); err != nil {
			return nil, reformatExecErrorMsg(name, err)
		}
		files[name] = strings.ReplaceAll(text.String(), "<no value>", "")
	}
	return files, nil
}

// parse parses the templates unless they are those of the render before: a loaded chart's texts do not change, but values say
// which dependencies it has.
func (l *loadedChart) parse(templates map[string]renderable, sorted []string) error {
	names := strings.Join(sorted, "\n")
	if l.templates.root != nil && l.templates.names == names {
		return nil
	}
	root := template.New("gotpl").Option("missingkey=zero")
	initFunMap(engine.Engine{}, root)
	for _, name := range sorted {
		if _, err := root.New(name).Parse(templates[name].tpl); err != nil {
			return cleanupParseError(name, err)
		}
	}
	l.templates = parsedTemplates{names: names, root: root}
	return nil
}
