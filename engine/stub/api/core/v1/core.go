// Package v1 holds the two kinds that variables and values are read from.
package v1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// ConfigMap carries plain values.
type ConfigMap struct {
	metav1.TypeMeta
	metav1.ObjectMeta
	Data map[string]string
}

// DeepCopyObject makes it an object; nothing copies it here.
func (c *ConfigMap) DeepCopyObject() runtime.Object { shallow := *c; return &shallow }

// Secret carries decoded values.
type Secret struct {
	metav1.TypeMeta
	metav1.ObjectMeta
	Data map[string][]byte
}

// DeepCopyObject makes it an object; nothing copies it here.
func (s *Secret) DeepCopyObject() runtime.Object { shallow := *s; return &shallow }
