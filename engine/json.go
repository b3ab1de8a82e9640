// Trees of maps written as JSON.

package main

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
)

// object is an object of the API, as JSON. It is written by appendJSON where a library has it as a tree: encoding/json takes
// several times as long over trees of maps, and most of what the engine answers is such trees.
type object = json.RawMessage

// appendJSON writes what YAML and JSON libraries decode, as encoding/json would but for the escapes that HTML needs. It
// refuses what encoding/json refuses.
func appendJSON(to []byte, value any) ([]byte, error) {
	switch value := value.(type) {
	case nil:
		return append(to, "null"...), nil
	case bool:
		return strconv.AppendBool(to, value), nil
	case string:
		return appendString(to, value), nil
	case int:
		return strconv.AppendInt(to, int64(value), 10), nil
	case int64:
		return strconv.AppendInt(to, value, 10), nil
	case []any:
		return appendList(to, value)
	case map[string]any:
		return appendMap(to, value)
	default: // numbers of other sizes, times; and what no JSON can hold
		encoded, err := json.Marshal(value)
		return append(to, encoded...), err
	}
}

// errControl is what the library says that the controllers write YAML with.
var errControl = errors.New("yaml: control characters are not allowed")

// checkYAML refuses JSON that cannot become YAML, as the controllers make of every object: reading such characters fails in
// go.yaml.in/yaml/v2 v2.4.4, readerc.go.
func checkYAML(encoded []byte) error {
	for i := 0; i < len(encoded); {
		if encoded[i] < 0x7f {
			i++
			continue
		}
		r, size := utf8.DecodeRune(encoded[i:])
		if r < 0xa0 && r != 0x85 || r == 0xfffe || r == 0xffff {
			return errControl
		}
		i += size
	}
	return nil
}

func appendList(to []byte, list []any) ([]byte, error) {
	to = append(to, '[')
	for i, item := range list {
		if i > 0 {
			to = append(to, ',')
		}
		var err error
		if to, err = appendJSON(to, item); err != nil {
			return nil, err
		}
	}
	return append(to, ']'), nil
}

func appendMap(to []byte, entries map[string]any) ([]byte, error) {
	to = append(to, '{')
	for i, key := range slices.Sorted(maps.Keys(entries)) {
		if i > 0 {
			to = append(to, ',')
		}
		to = append(appendString(to, key), ':')
		var err error
		if to, err = appendJSON(to, entries[key]); err != nil {
			return nil, err
		}
	}
	return append(to, '}'), nil
}

func appendString(to []byte, text string) []byte {
	const hex = "0123456789abcdef"
	to = append(to, '"')
	plain := 0 // from here on nothing has been written
	for i := 0; i < len(text); {
		c := text[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(text[i:])
			if r == utf8.RuneError && size == 1 {
				to = append(append(to, text[plain:i]...), `\ufffd`...)
				plain = i + 1
			}
			i += size
			continue
		}
		if c < ' ' || c == '"' || c == '\\' {
			to = append(to, text[plain:i]...)
			switch c {
			case '"', '\\':
				to = append(to, '\\', c)
			case '\n':
				to = append(to, '\\', 'n')
			default:
				to = append(to, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			}
			plain = i + 1
		}
		i++
	}
	return append(append(to, text[plain:]...), '"')
}
