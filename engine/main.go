// Command engine renders what kustomize-controller and helm-controller would apply: bytes in, bytes out, with no file system,
// no network, no environment and no cluster. It is built as a WebAssembly reactor (see border_wasip1.go); what it can do is in
// protocol.go, and each operation in the file that registers it below.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"runtime/debug"
)

// operations by the name that a request begins with.
var operations = map[string]func(request, attachment []byte) (any, error){
	"files":         operation(writeFiles),
	"unpack":        operationWithAttachment(unpack),
	"listTree":      operation(listTree),
	"forget":        operation(forget),
	"kustomization": operation(buildKustomization),
	"substitute":    operation(substituteText),
	"parse":         operation(parseText),
	"loadChart":     operationWithAttachment(loadChart),
	"values":        operation(mergeValues),
	"release":       operation(renderRelease),
	"versions":      operation(libraryVersions),
}

// operation reads the request of a function that takes no attachment.
func operation[Request, Reply any](run func(Request) (Reply, error)) func([]byte, []byte) (any, error) {
	return operationWithAttachment(func(request Request, _ []byte) (Reply, error) { return run(request) })
}

func operationWithAttachment[Request, Reply any](run func(Request, []byte) (Reply, error)) func([]byte, []byte) (any, error) {
	return func(data, attachment []byte) (any, error) {
		var request Request
		if err := json.Unmarshal(data, &request); err != nil {
			return nil, fmt.Errorf("malformed request: %w", err)
		}
		return run(request, attachment)
	}
}

func init() {
	// Linear memory never shrinks, and the default doubles the heap of a large render twice over. The limit makes the collector
	// work harder as the memory maximum of the module comes near.
	debug.SetGCPercent(200)
	debug.SetMemoryLimit(512 << 20)
	// There is nobody to read what the libraries log, and some of it holds values. What Helm says of values that it cannot merge
	// goes to the older logger, and is collected.
	slog.SetDefault(slog.New(slog.DiscardHandler))
	log.SetOutput(merging)
}

// answer gives the reply to one request, as JSON. It does not panic: the libraries do on some malformed objects, and one
// instance serves many requests.
func answer(request, attachment []byte) []byte {
	reply, err := dispatch(request, attachment)
	answer := map[string]any{"reply": reply}
	if err != nil {
		answer = map[string]any{"error": relative(err.Error())}
	}
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(answer); err != nil {
		return []byte(`{"error":"the reply cannot be written as JSON"}`)
	}
	return encoded.Bytes()
}

func dispatch(request, attachment []byte) (reply any, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("recovered from a panic: %v", cause)
		}
	}()
	name, err := operationName(request)
	if err != nil {
		return nil, err
	}
	run, ok := operations[name]
	if !ok {
		return nil, fmt.Errorf("unknown operation %q", name)
	}
	return run(request, attachment)
}

// operationName reads the first key of the request alone: requests carry repositories.
func operationName(request []byte) (string, error) {
	decoder := json.NewDecoder(bytes.NewReader(request))
	var tokens [3]json.Token
	for i := range tokens {
		var err error
		if tokens[i], err = decoder.Token(); err != nil {
			return "", fmt.Errorf("malformed request: %w", err)
		}
	}
	name, ok := tokens[2].(string)
	if tokens[1] != "op" || !ok {
		return "", errors.New(`malformed request: its first key must be "op"`)
	}
	return name, nil
}

func main() {}
