package kube

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"golang.org/x/time/rate"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/transport"

	"github.com/open-craft/ocim/shared/fault"
)

// account is where Kubernetes puts the credentials of a pod's service account.
const account = "/var/run/secrets/kubernetes.io/serviceaccount/"

const (
	maxAnswer  = 32 << 20 // bytes of a page; objects are some 10 kB each
	maxRefusal = 64 << 10 // bytes of an error
	maxRetries = 4        // of what the server says to repeat
	perSecond  = 50       // requests, with a burst of twice as many
)

// protobuf takes a third of JSON's time and memory.
const protobuf = "application/vnd.kubernetes.protobuf"

// Client reads from a cluster's Kubernetes API with client-go's transport and Kubernetes' own types.
// client-go's typed clients know every kind there is, and its REST client every form of it, which
// would double the program's size.
type Client struct {
	http  *retryablehttp.Client
	base  string // address of the API server
	limit *rate.Limiter
}

// InCluster makes a client of the cluster that the program runs in, with the rights of its
// service account. Outside a cluster it is fault.Internal.
func InCluster() (*Client, error) {
	host, port := os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT")
	if host == "" || port == "" {
		return nil, fault.New(fault.Internal, "the inspector runs inside a cluster, with a service account")
	}
	return Connect("https://"+net.JoinHostPort(host, port), transport.Config{
		BearerTokenFile: account + "token", TLS: transport.TLSConfig{CAFile: account + "ca.crt"},
	})
}

// Connect makes a client of the API server at an address. It reads the files that c names, and
// makes no request.
func Connect(base string, c transport.Config) (*Client, error) {
	wrong := func(err error) error {
		return fault.Wrap(fault.Internal, err, "connecting to the cluster's Kubernetes API")
	}
	c.UserAgent = "ocim-inspector"
	secured, err := transport.TLSConfigFor(&c)
	if err != nil {
		return nil, wrong(err)
	}
	through, err := transport.HTTPWrappersForConfig(&c, &http.Transport{
		TLSClientConfig: secured, TLSHandshakeTimeout: 10 * time.Second, MaxIdleConnsPerHost: 2 * parallel, IdleConnTimeout: 90 * time.Second,
	})
	if err != nil {
		return nil, wrong(err)
	}
	return &Client{
		base: base, limit: rate.NewLimiter(perSecond, 2*perSecond),
		http: &retryablehttp.Client{
			HTTPClient: &http.Client{Transport: through}, CheckRetry: saysWhen, Backoff: retryablehttp.DefaultBackoff,
			ErrorHandler: retryablehttp.PassthroughErrorHandler, RetryMax: maxRetries,
		},
	}, nil
}

// saysWhen repeats what the server refuses for now and says when to repeat it, as when it
// has too much to do.
func saysWhen(ctx context.Context, resp *http.Response, err error) (bool, error) {
	if err != nil || ctx.Err() != nil {
		return false, ctx.Err()
	}
	return resp.Header.Get("Retry-After") != "" && (resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= 500), nil
}

// get requests a path. What the server refuses is an error of Kubernetes' own kind.
func (c *Client) get(ctx context.Context, path string, query url.Values) (io.ReadCloser, error) {
	if err := c.limit.Wait(ctx); err != nil {
		return nil, err
	}
	r, err := retryablehttp.NewRequestWithContext(ctx, http.MethodGet, c.base+path+"?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", protobuf+",application/json")
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusOK {
		return resp.Body, nil
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxRefusal))
	if err != nil {
		return nil, err
	}
	var status metav1.Status
	if (decode(text, &status) == nil || json.Unmarshal(text, &status) == nil) && status.Code != 0 {
		return nil, &apierrors.StatusError{ErrStatus: status}
	}
	return nil, apierrors.NewGenericServerResponse(resp.StatusCode, "get", schema.GroupResource{}, "", strings.TrimSpace(string(text)), 0, true)
}

// message is what each of Kubernetes' types can do.
type message interface{ Unmarshal([]byte) error }

// read requests a path and decodes the answer.
func (c *Client) read(ctx context.Context, path string, query url.Values, into message) error {
	body, err := c.get(ctx, path, query)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	text, err := io.ReadAll(io.LimitReader(body, maxAnswer+1))
	if err != nil {
		return err
	}
	if len(text) > maxAnswer {
		return fmt.Errorf("the answer is larger than %d MB", maxAnswer>>20)
	}
	return decode(text, into)
}

// decode reads Kubernetes' form of protocol buffers: a mark, and an object in an envelope
// (https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding).
func decode(text []byte, into message) error {
	text, marked := bytes.CutPrefix(text, []byte("k8s\x00"))
	if !marked {
		return errors.New("the answer is not in Kubernetes' form of protocol buffers")
	}
	var envelope runtime.Unknown
	if err := envelope.Unmarshal(text); err != nil {
		return err
	}
	return into.Unmarshal(envelope.Raw)
}
