// Finds what of a chart does not follow from its values: functions whose results are not the same each time, and questions about
// the release itself. Renders nothing.

package main

import (
	"strings"

	chart "helm.sh/helm/v4/pkg/chart/v2"
)

// impure functions give another result each time, or ask a cluster: those of sprig v3.3.0, functions.go, that are random or
// read the clock, and Helm's lookup. Not among them are getHostByName, which gives nothing without leave to ask the network, and
// keys and values: their order is another each time, but what charts make of them is objects, whose order says nothing, or
// sorted.
var impure = map[string]bool{
	"ago": true, "bcrypt": true, "date": true, "dateInZone": true, "date_in_zone": true, "encryptAES": true, "genCA": true,
	"genCAWithKey": true, "genPrivateKey": true, "genSelfSignedCert": true, "genSelfSignedCertWithKey": true,
	"genSignedCert": true, "genSignedCertWithKey": true, "htmlDate": true, "htmlDateInZone": true, "htpasswd": true,
	"lookup": true, "now": true, "randAlpha": true, "randAlphaNum": true, "randAscii": true, "randBytes": true, "randInt": true,
	"randNumeric": true, "shuffle": true, "uuidv4": true,
}

// ofRelease are the fields of .Release that only a cluster knows.
var ofRelease = map[string]bool{"IsInstall": true, "IsUpgrade": true, "Revision": true}

// impureFunctions looks for their names in everything that may be a template: templates, values and files, which may go through
// tpl. It finds too much rather than too little: what is found costs a second render, what is missed a false change.
func impureFunctions(root *chart.Chart) []string {
	found := map[string]bool{}
	eachChart(root, func(each *chart.Chart) {
		for _, file := range each.Raw {
			findImpure(string(file.Data), found)
		}
	})
	return sorted(found)
}

func findImpure(text string, found map[string]bool) {
	for {
		_, after, isAction := strings.Cut(text, "{{")
		if !isAction {
			return
		}
		isComment := strings.HasPrefix(strings.TrimLeft(after, "- \t\r\n"), "/*")
		names, length := namesInAction(after, found)
		text = after[length:]
		if isComment {
			continue
		}
		for _, name := range names {
			// Both names are nobody else's, so .Release may be out of sight: with .Release, or index .Release "IsInstall".
			if bare := strings.TrimPrefix(name, "."); bare == "IsInstall" || bare == "IsUpgrade" {
				name = ".Release." + bare
			}
			if impure[name] || strings.HasPrefix(name, ".Release.") {
				found[name] = true
			}
		}
	}
}

// namesInAction gives the names of functions in an action, with a dot before them those of fields that may be the release's, and
// how far it goes: to its closing braces, or to the end. A string in it may be a template again, or hold nothing but a name.
func namesInAction(text string, found map[string]bool) (names []string, length int) {
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '"' || c == '`':
			literal := literalAt(text[i:])
			findImpure(literal, found)
			names = append(names, strings.Trim(literal, "\"`"))
			i += len(literal)
		case strings.HasPrefix(text[i:], "}}"):
			return names, i
		case isLetter(c):
			begin := i
			for i < len(text) && (isLetter(text[i]) || '0' <= text[i] && text[i] <= '9') {
				i++
			}
			// A field or a variable has a dot or a dollar before it.
			name := text[begin:i]
			switch {
			case begin == 0 || !strings.ContainsRune(".$0123456789", rune(text[begin-1])):
				names = append(names, name)
			case ofRelease[name] && strings.HasSuffix(text[:begin], "Release."):
				names = append(names, ".Release."+name)
			case ofRelease[name] && text[begin-1] == '.':
				names = append(names, "."+name)
			}
		default:
			i++
		}
	}
	return names, len(text)
}

// literalAt is the string that a text begins with, its quotes included. One in double quotes ends with its line at the latest.
func literalAt(text string) string {
	quote := text[0]
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && quote == '"':
			i++
		case c == quote, c == '\n' && quote == '"':
			return text[:i+1]
		}
	}
	return text
}

func isLetter(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
}
