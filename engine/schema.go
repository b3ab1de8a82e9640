// Checks values by the schemas of a chart and its dependencies. Fetches none.

package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	chart "helm.sh/helm/v4/pkg/chart/v2"
)

const schemaName = "file:///values.schema.json"

// errRemote is what a schema on the network gives.
var errRemote = errors.New("schemas are not fetched")

// compiledSchema is a schema that was compiled once for all renders of a chart, or why it could not be.
type compiledSchema struct {
	schema *jsonschema.Schema
	err    error
}

// checkValues checks the values of a chart and its dependencies, as ValidateAgainstSchema of helm v4.2.4,
// pkg/chart/common/util/jsonschema.go, does with schemas that it compiles each time. A schema that refers to another one on the
// network, as that of the most used chart of homelabs does, leaves its chart unchecked, which is a warning.
func (l *loadedChart) checkValues(of *chart.Chart, values map[string]any) (problems string, warnings []string) {
	if of.Schema != nil {
		err := l.checkChart(of, values)
		var unreachable *jsonschema.LoadURLError
		if errors.As(err, &unreachable) && errors.Is(unreachable.Err, errRemote) {
			warnings = append(warnings, fmt.Sprintf(
				"The values of chart %s were not checked: its schema refers to %s, which is not fetched.", of.Name(), unreachable.URL))
		} else if err != nil {
			problems += fmt.Sprintf("%s:\n%s", of.Name(), err)
		}
	}
	for _, dependency := range of.Dependencies() {
		raw, exists := values[dependency.Name()]
		if !exists || raw == nil {
			continue
		}
		below, ok := raw.(map[string]any)
		if !ok {
			problems += fmt.Sprintf("%s:\ninvalid type for values: expected object (map), got %T\n", dependency.Name(), raw)
			continue
		}
		more, warned := l.checkValues(dependency, below)
		problems += more
		warnings = append(warnings, warned...)
	}
	return problems, warnings
}

func (l *loadedChart) checkChart(of *chart.Chart, values map[string]any) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("unable to validate schema: %s", cause)
		}
	}()
	key := &of.Schema[0] // a chart's bytes stay where they are while it is loaded
	compiled, known := l.schemas[key]
	if !known {
		compiled.schema, compiled.err = compileSchema(of.Schema)
		l.schemas[key] = compiled
	}
	if compiled.err != nil {
		return compiled.err
	}
	if err := compiled.schema.Validate(values); err != nil {
		text := strings.TrimPrefix(err.Error(), "jsonschema validation failed with '"+schemaName+"#'\n")
		return errors.New(text + "\n")
	}
	return nil
}

func compileSchema(text []byte) (*jsonschema.Schema, error) {
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(schemaLoader{})
	if err := compiler.AddResource(schemaName, schema); err != nil {
		return nil, err
	}
	return compiler.Compile(schemaName)
}

// schemaLoader answers for schemas that others refer to. One that is named by a URN allows everything, as in Helm.
type schemaLoader struct{}

func (schemaLoader) Load(name string) (any, error) {
	parsed, err := url.Parse(name)
	if err != nil {
		return nil, err
	}
	switch parsed.Scheme {
	case "urn":
		return true, nil
	case "http", "https":
		return nil, errRemote
	}
	return nil, fmt.Errorf("there is no file %s", parsed.Path)
}
