// Package client holds the interface through which fluxcd/pkg reads ConfigMaps and Secrets.
package client

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
)

// ObjectKey names an object.
type ObjectKey = types.NamespacedName

// Object is an object of the API.
type Object interface {
	metav1.Object
	runtime.Object
}

// GetOption changes how an object is read; there is none here.
type GetOption interface{ isGetOption() }

// Client reads objects.
type Client interface {
	Get(ctx context.Context, key ObjectKey, object Object, options ...GetOption) error
}
