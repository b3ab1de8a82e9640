package main

import (
	"regexp"
	"slices"

	chart "helm.sh/helm/v4/pkg/chart/v2"
)

// impure functions give another result each time, or ask a cluster: those of sprig v3.3.0, functions.go, that are random or
// read the clock, and Helm's lookup. getHostByName is not among them: without leave to ask the network it gives nothing.
var impure = map[string]bool{
	"ago": true, "bcrypt": true, "date": true, "dateInZone": true, "date_in_zone": true, "encryptAES": true, "genCA": true,
	"genCAWithKey": true, "genPrivateKey": true, "genSelfSignedCert": true, "genSelfSignedCertWithKey": true,
	"genSignedCert": true, "genSignedCertWithKey": true, "htmlDate": true, "htmlDateInZone": true, "htpasswd": true,
	"lookup": true, "now": true, "randAlpha": true, "randAlphaNum": true, "randAscii": true, "randBytes": true, "randInt": true,
	"randNumeric": true, "shuffle": true, "uuidv4": true,
}

// unordered functions list a map in the order that it has in memory, which is another each time.
var unordered = map[string]bool{"keys": true, "values": true}

var (
	// An action may hold its own closing braces in a string. One that is not closed goes to the end.
	actions = regexp.MustCompile("(?s)\\{\\{(?:\"(?:\\\\.|[^\"\\\\])*\"|`[^`]*`|[^\"`])*?(?:\\}\\}|$)")
	comment = regexp.MustCompile(`^\{\{-?\s*/\*`)
	// A name with a dot or a dollar before it is a field or a variable.
	names = regexp.MustCompile(`(?:^|[^.$\w])([a-zA-Z]\w*)`)
	order = regexp.MustCompile(`\bsortAlpha\b`)
)

// impureFunctions looks for their names in everything that may be a template, strings inside of actions too, because they may
// end up in tpl. It finds too much rather than too little: what is found costs a second render, what is missed a false change.
func impureFunctions(root *chart.Chart) []string {
	found := map[string]bool{}
	eachChart(root, func(each *chart.Chart) {
		for _, file := range each.Raw {
			findImpure(string(file.Data), found)
		}
	})
	names := []string{}
	for name := range found {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func findImpure(text string, found map[string]bool) {
	for _, action := range actions.FindAllString(text, -1) {
		if comment.MatchString(action) {
			continue
		}
		for _, match := range names.FindAllStringSubmatch(action, -1) {
			if impure[match[1]] || unordered[match[1]] && !order.MatchString(action) {
				found[match[1]] = true
			}
		}
	}
}
