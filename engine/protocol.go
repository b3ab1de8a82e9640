// Shapes of requests and replies. Holds no behaviour.

package main

import (
	"encoding/json"

	"github.com/fluxcd/pkg/apis/kustomize"
	"helm.sh/helm/v4/pkg/chart/common"
)

// The requests and replies of the operations: the same shapes as in src/render/engineProtocol.ts, which says what they mean.

type filesRequest struct {
	Tree     string            `json:"tree"`
	Clear    bool              `json:"clear"`
	Set      map[string]string `json:"set"`
	SetBytes map[string][]byte `json:"setBytes"`
	Remove   []string          `json:"remove"`
}

type unpackRequest struct {
	Tree string `json:"tree"`
}

type treeReply struct {
	Files int `json:"files"`
	Bytes int `json:"bytes"`
}

type listTreeRequest struct {
	Tree    string   `json:"tree"`
	TextsOf []string `json:"textsOf"`
}

type listTreeReply struct {
	Files []listedFile      `json:"files"`
	Texts map[string]string `json:"texts"`
}

type listedFile struct {
	Path  string `json:"path"`
	Bytes int    `json:"bytes"`
}

type forgetRequest struct {
	Trees  []string `json:"trees"`
	Charts []string `json:"charts"`
}

type nothing struct{}

// dataSource is a ConfigMap or a Secret; without data it does not exist.
type dataSource struct {
	Kind string             `json:"kind"`
	Name string             `json:"name"`
	Data *map[string]string `json:"data"`
}

type kustomizationRequest struct {
	Tree          string          `json:"tree"`
	Kustomization json.RawMessage `json:"kustomization"`
	Variables     []dataSource    `json:"variables"`
	Strict        bool            `json:"strict"`
	KeepUnknown   bool            `json:"keepUnknown"`
	// Scrambled has for each text that a Secret of the files holds the one that the build is to read in its place.
	Scrambled map[string]string `json:"scrambled"`
}

type kustomizationReply struct {
	Objects   []object `json:"objects"`
	Generated bool     `json:"generated"`
	Used      []string `json:"used"`
	Unknown   []string `json:"unknown"`
	// Copied are the texts of Secrets of the files, where the build may have copied some to other objects; nil: it has not.
	Copied []string `json:"copied,omitzero"`
}

type substituteRequest struct {
	Text      string            `json:"text"`
	Variables map[string]string `json:"variables"`
	Strict    bool              `json:"strict"`
}

type substituteReply struct {
	Text string `json:"text"`
}

type parseRequest struct {
	Text string `json:"text"`
}

type parseReply struct {
	Objects []object `json:"objects"`
}

type loadChartRequest struct {
	Chart string `json:"chart"`
	Tree  string `json:"tree"`
	Path  string `json:"path"`
}

type chartFacts struct {
	Name        string        `json:"name"`
	Version     string        `json:"version"`
	AppVersion  string        `json:"appVersion"`
	Type        string        `json:"type"`
	KubeVersion string        `json:"kubeVersion"`
	Values      common.Values `json:"values"`
	Impure      []string      `json:"impure"`
	HasSchema   bool          `json:"hasSchema"`
	CRDs        int           `json:"crds"`
	Bytes       int           `json:"bytes"`
}

type valuesRequest struct {
	Release json.RawMessage `json:"release"`
	Sources []dataSource    `json:"sources"`
}

type valuesReply struct {
	Values json.RawMessage `json:"values"`
}

type releaseRequest struct {
	Chart         string         `json:"chart"`
	Values        map[string]any `json:"values"`
	ChartValues   map[string]any `json:"chartValues"`
	Name          string         `json:"name"`
	Namespace     string         `json:"namespace"`
	IsUpgrade     bool           `json:"isUpgrade"`
	VersionSuffix string         `json:"versionSuffix"`
	Capabilities  struct {
		KubeVersion     string    `json:"kubeVersion"`
		APIVersions     *[]string `json:"apiVersions"`
		MoreAPIVersions []string  `json:"moreApiVersions"`
	} `json:"capabilities"`
	SkipSchemaValidation bool            `json:"skipSchemaValidation"`
	PostRenderers        []postRenderer  `json:"postRenderers"`
	PostRenderStrategy   string          `json:"postRenderStrategy"`
	CommonMetadata       *commonMetadata `json:"commonMetadata"`
	Origin               struct {
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
	} `json:"origin"`
}

type postRenderer struct {
	Kustomize *struct {
		Patches []kustomize.Patch `json:"patches"`
		Images  []kustomize.Image `json:"images"`
	} `json:"kustomize"`
}

type commonMetadata struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

type releaseReply struct {
	Objects  []templatedObject `json:"objects"`
	Hooks    []templatedHook   `json:"hooks"`
	CRDs     []templatedObject `json:"crds"`
	Notes    string            `json:"notes"`
	Warnings []string          `json:"warnings"`
}

type templatedObject struct {
	Object   object `json:"object"`
	Template string `json:"template"`
}

type templatedHook struct {
	templatedObject
	Events         []string `json:"events"`
	Weight         int      `json:"weight"`
	DeletePolicies []string `json:"deletePolicies"`
}

type versionsReply struct {
	Helm          string `json:"helm"`
	Kustomize     string `json:"kustomize"`
	FluxKustomize string `json:"fluxKustomize"`
	Kubernetes    string `json:"kubernetes"`
}
