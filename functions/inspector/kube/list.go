package kube

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/open-craft/ocim/shared/fault"
)

const (
	pageSize   = 250 // objects decoded at a time, which bounds memory
	maxObjects = 20_000
	maxEvents  = 5_000
)

// source lists one kind of object.
type source[T any] struct {
	kind   string
	fields string // field selector
	most   int    // objects; what is beyond is left out
	list   func(ctx context.Context, fields, from string) (items []T, next string, err error)
}

// collect lists a kind page by page and keeps what reduce makes of its objects,
// so that whole objects live no longer than their page. more is true when there
// were more than s.most.
func collect[T, R any](ctx context.Context, s source[T], reduce func(*T) (R, bool)) (out []R, more bool, err error) {
	next, restarted := "", false
	for seen := 0; ; {
		items, following, err := s.list(ctx, s.fields, next)
		if apierrors.IsResourceExpired(err) && next != "" && !restarted {
			// The list took longer than the server remembers; once from the start.
			next, restarted, seen, out = "", true, 0, nil
			continue
		}
		if err != nil {
			return nil, false, translate(err, "list "+s.kind)
		}
		for i := range items {
			if seen++; seen > s.most {
				return out, true, nil
			}
			if r, ok := reduce(&items[i]); ok {
				out = append(out, r)
			}
		}
		if next = following; next == "" {
			return out, false, nil
		}
	}
}

// all is collect for kinds of which nothing may be missing.
func all[T, R any](ctx context.Context, s source[T], reduce func(*T) (R, bool)) ([]R, error) {
	s.most = maxObjects
	out, more, err := collect(ctx, s, reduce)
	if more {
		return nil, fault.New(fault.Unavailable, "The cluster has more than %d %s, which is more than the inspector reads.", maxObjects, s.kind)
	}
	return out, err
}

// translate makes a fault of what the Kubernetes API answered.
func translate(err error, doing string) error {
	switch {
	case apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err):
		return fault.Wrap(fault.Unavailable, err, "The inspector may not %s: apply its RBAC manifest to the cluster.", doing)
	case apierrors.IsNotFound(err):
		return fault.Wrap(fault.NotFound, err, "The cluster has no such thing.")
	case apierrors.IsTooManyRequests(err):
		return fault.Wrap(fault.Unavailable, err, "The cluster's Kubernetes API is too busy to %s.", doing)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return fault.Wrap(fault.Unavailable, err, "The cluster's Kubernetes API took too long to %s.", doing)
	}
	return fault.Wrap(fault.Unavailable, fmt.Errorf("%s: %w", doing, err), "The cluster's Kubernetes API could not %s.", doing)
}
