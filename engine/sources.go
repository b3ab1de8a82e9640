// ConfigMaps and Secrets of a request, for libraries that ask a cluster.

package main

import (
	"context"
	"errors"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// sources answers what the libraries read of ConfigMaps and Secrets, from the request instead of a cluster.
type sources struct {
	known []dataSource
	// tolerant sources are empty where nothing is known of them.
	tolerant bool
}

var _ client.Client = sources{}

func (s sources) Get(_ context.Context, key client.ObjectKey, target client.Object, _ ...client.GetOption) error {
	switch target := target.(type) {
	case *corev1.ConfigMap:
		data, err := s.find("ConfigMap", "configmaps", key.Name)
		target.Data = data
		return err
	case *corev1.Secret:
		data, err := s.find("Secret", "secrets", key.Name)
		target.Data = make(map[string][]byte, len(data))
		for name, value := range data {
			target.Data[name] = []byte(value)
		}
		return err
	}
	return errors.New("nothing but ConfigMaps and Secrets can be read here")
}

func (s sources) find(kind, resource, name string) (map[string]string, error) {
	for _, source := range s.known {
		if source.Kind == kind && source.Name == name && source.Data != nil {
			return *source.Data, nil
		}
	}
	if s.tolerant {
		return nil, nil
	}
	return nil, apierrors.NewNotFound(schema.GroupResource{Resource: resource}, name)
}
