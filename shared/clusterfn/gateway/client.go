package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/netguard"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/trace/carrier"
)

// Defaults of Options.
const (
	DefaultTimeout     = 10 * time.Second
	defaultMaxResponse = 8 << 20 // bytes
)

const (
	tripAfter = 5                // failures in a row
	coolDown  = 30 * time.Second // then one call tries again
)

// Options is what a Client is made with.
type Options struct {
	// Policy says which addresses may be reached; gateways' come from people.
	Policy netguard.Policy
	// Transport sends the requests; nil is the policy's own.
	Transport   http.RoundTripper
	Timeout     time.Duration // of one call; 0 is DefaultTimeout
	MaxResponse int64         // bytes; 0 is defaultMaxResponse
	Now         func() time.Time
}

// Client opens clusters and keeps a circuit for each of them. It is safe for
// concurrent use.
type Client struct {
	opts Options
	http *http.Client

	mu       sync.Mutex
	circuits map[string]*gobreaker.CircuitBreaker[[]byte]
}

// New makes a Client. Now is required.
func New(opts Options) *Client {
	if opts.Transport == nil {
		opts.Transport = opts.Policy.Transport()
	}
	if opts.Timeout <= 0 {
		opts.Timeout = DefaultTimeout
	}
	if opts.MaxResponse <= 0 {
		opts.MaxResponse = defaultMaxResponse
	}
	return &Client{
		opts: opts, circuits: map[string]*gobreaker.CircuitBreaker[[]byte]{},
		http: &http.Client{
			Transport: carrier.Transport(opts.Transport),
			// A redirect would carry the credentials to another address.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Target is how a cluster's functions are reached.
type Target struct {
	Cluster    string       // id
	GatewayURL string       // root of the OpenFaaS gateway
	User       secret.Value // of the gateway; without it no basic authentication is sent
	Password   secret.Value
	Secret     secret.Value        // the inspector's; empty when the cluster has no inspector
	Usage      fleet.UsageContract // without a function it is fleet.DefaultUsage
}

// Cluster speaks to one cluster's functions.
type Cluster struct {
	client *Client
	target Target
	base   *url.URL
}

// Open checks a target and reaches nothing yet. Errors are fault.Invalid of
// fields "gatewayUrl" and "inspectorSecret", or of the usage contract.
func (c *Client) Open(t Target) (*Cluster, error) {
	base, err := url.Parse(t.GatewayURL)
	switch {
	case t.GatewayURL == "":
		return nil, fault.InvalidField("gatewayUrl", "the cluster has no gateway: set its address")
	case err != nil || base.RawQuery != "" || base.Fragment != "":
		return nil, fault.InvalidField("gatewayUrl", "the gateway's address must look like https://openfaas.example.org")
	}
	if err := c.opts.Policy.CheckURL(base); err != nil {
		return nil, fault.InvalidField("gatewayUrl", "%s", fault.Message(err))
	}
	if !t.Secret.IsZero() {
		if err := clusterfn.CheckSecret(t.Secret); err != nil {
			return nil, err
		}
	}
	if t.Usage.Function == "" {
		t.Usage = fleet.DefaultUsage()
	}
	if err := t.Usage.Validate(); err != nil {
		return nil, err
	}
	base.Path = strings.TrimRight(base.Path, "/")
	return &Cluster{client: c, target: t, base: base}, nil
}

// Instances gives everything the cluster runs.
func (c *Cluster) Instances(ctx context.Context) (clusterfn.InstanceList, error) {
	return inspect[clusterfn.InstanceList](ctx, c, "/v1/instances", nil)
}

// Pods gives an instance's pods; fault.NotFound when the cluster does not run
// the instance, as with all calls that name one.
func (c *Cluster) Pods(ctx context.Context, instance string) (clusterfn.PodList, error) {
	return inspect[clusterfn.PodList](ctx, c, instancePath(instance, "pods"), nil)
}

// Replication gives an instance's Deployments and autoscalers.
func (c *Cluster) Replication(ctx context.Context, instance string) (clusterfn.Replication, error) {
	return inspect[clusterfn.Replication](ctx, c, instancePath(instance, "replication"), nil)
}

// Events gives recent warnings about an instance, or about the whole cluster
// when instance is empty.
func (c *Cluster) Events(ctx context.Context, instance string) (clusterfn.EventList, error) {
	if instance == "" {
		return inspect[clusterfn.EventList](ctx, c, "/v1/events", nil)
	}
	return inspect[clusterfn.EventList](ctx, c, instancePath(instance, "events"), nil)
}

// Nodes gives the cluster's machines.
func (c *Cluster) Nodes(ctx context.Context) (clusterfn.NodeList, error) {
	return inspect[clusterfn.NodeList](ctx, c, "/v1/nodes", nil)
}

// Log gives the last lines of a log. Without such a pod, container or previous
// container it is fault.NotFound.
func (c *Cluster) Log(ctx context.Context, instance string, q clusterfn.LogQuery) (clusterfn.Log, error) {
	query := url.Values{}
	if q.Container != "" {
		query.Set("container", q.Container)
	}
	if q.Previous {
		query.Set("previous", "true")
	}
	if q.Lines > 0 {
		query.Set("lines", strconv.Itoa(min(q.Lines, clusterfn.MaxLines)))
	}
	return inspect[clusterfn.Log](ctx, c, instancePath(instance, "pods/"+url.PathEscape(q.Pod)+"/log"), query)
}

func instancePath(instance, rest string) string {
	return "/v1/instances/" + url.PathEscape(instance) + "/" + rest
}

// inspect asks the cluster's inspector.
func inspect[T any](ctx context.Context, c *Cluster, path string, query url.Values) (T, error) {
	var out T
	if c.target.Secret.IsZero() {
		return out, fault.New(fault.Unavailable, "The cluster %s has no inspector secret: deploy the inspector and enter its secret.", c.target.Cluster)
	}
	body, err := c.get(ctx, clusterfn.Function, path, query, true)
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(body, &out); err != nil {
		return out, fault.Wrap(fault.Unavailable, err, "The inspector of %s answers in a form that is not known: deploy the version that belongs to this Ocim.", c.target.Cluster)
	}
	return out, nil
}

// get calls a function through the circuit, and a second time when the gateway
// says that it could not pass the first on.
func (c *Cluster) get(ctx context.Context, function, path string, query url.Values, signed bool) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.client.opts.Timeout)
	defer cancel()
	body, err := c.client.circuit(c.base.String() + " " + function).Execute(func() ([]byte, error) {
		body, err := c.once(ctx, function, path, query, signed)
		if again(err) && ctx.Err() == nil {
			body, err = c.once(ctx, function, path, query, signed)
		}
		return body, err
	})
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		return nil, &fault.Error{
			Kind: fault.Unavailable, RetryAfter: coolDown, Err: err,
			Message: fmt.Sprintf("The cluster %s did not answer the last %d calls; it is asked again within %d seconds.", c.target.Cluster, tripAfter, int(coolDown.Seconds())),
		}
	}
	return body, err
}

// once sends one request, signed on its own.
func (c *Cluster) once(ctx context.Context, function, path string, query url.Values, signed bool) ([]byte, error) {
	address := c.base.String() + "/function/" + function + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "The address of a function of %s is wrong.", c.target.Cluster)
	}
	r.Header.Set("Accept", "application/json")
	if !c.target.User.IsZero() || !c.target.Password.IsZero() {
		r.SetBasicAuth(c.target.User.Reveal(), c.target.Password.Reveal())
	}
	if signed {
		sees, err := url.PathUnescape(path) // as the gateway passes it on
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "The address of a function of %s is wrong.", c.target.Cluster)
		}
		clusterfn.Sign(r, sees, c.target.Secret, c.client.opts.Now())
	}
	resp, err := c.client.http.Do(r)
	if err != nil {
		return nil, c.unreached(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, c.client.opts.MaxResponse+1))
	if err != nil {
		return nil, c.unreached(err)
	}
	if int64(len(body)) > c.client.opts.MaxResponse {
		return nil, fault.New(fault.Unavailable, "The function %s of %s answers with more than %d bytes.", function, c.target.Cluster, c.client.opts.MaxResponse)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, c.answered(function, resp, body)
	}
	return body, nil
}

func (c *Client) circuit(key string) *gobreaker.CircuitBreaker[[]byte] {
	c.mu.Lock()
	defer c.mu.Unlock()
	if b, ok := c.circuits[key]; ok {
		return b
	}
	b := gobreaker.NewCircuitBreaker[[]byte](gobreaker.Settings{
		Name: key, Timeout: coolDown,
		ReadyToTrip:  func(n gobreaker.Counts) bool { return n.ConsecutiveFailures >= tripAfter },
		IsSuccessful: func(err error) bool { return !isSilence(err) },
		// A caller that gave up says nothing about the cluster.
		IsExcluded: func(err error) bool { return errors.Is(err, context.Canceled) },
	})
	c.circuits[key] = b
	return b
}
