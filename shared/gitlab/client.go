//lint:file-ignore SA1019 the client was chosen; no other package imports it

package gitlab

import (
	"context"
	"net/http"
	"time"

	gogitlab "github.com/xanzy/go-gitlab"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/vault"
)

// Client is a GitLab server, used with one token.
type Client struct {
	api *gogitlab.Client
}

// unlimited switches go-gitlab's own limiter off: the transport keeps the
// budget for all clients of a server together.
type unlimited struct{}

func (unlimited) Wait(context.Context) error { return nil }

// New makes a client. baseURL is the server's root, such as
// https://gitlab.example.org. Limits, retries and the circuit are the
// transport's, so that clients of one server share them.
func New(baseURL string, token secret.Value, transport http.RoundTripper) (*Client, error) {
	api, err := gogitlab.NewClient(token.Reveal(),
		gogitlab.WithBaseURL(baseURL),
		gogitlab.WithHTTPClient(&http.Client{Transport: transport, CheckRedirect: sameHost, Timeout: callLimit}),
		gogitlab.WithoutRetries(), // it would repeat a POST
		gogitlab.WithCustomLimiter(unlimited{}),
	)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "%s is not an address of a GitLab server", baseURL)
	}
	return &Client{api: api}, nil
}

// callLimit bounds one call with its retries and its body.
const callLimit = 60 * time.Second

// sameHost lets a renamed project redirect, but a token go nowhere else.
func sameHost(req *http.Request, via []*http.Request) error {
	if len(via) > 3 || req.URL.Host != via[0].URL.Host || req.URL.Scheme != via[0].URL.Scheme {
		return http.ErrUseLastResponse
	}
	return nil
}

// Opener opens the projects of the fleet with their credentials.
type Opener struct {
	Credentials func(ctx context.Context, project string) (vault.Credentials, error)
	Transport   http.RoundTripper
}

// Open gives a project's GitLab. It makes no call to GitLab.
func (o *Opener) Open(ctx context.Context, project fleet.Project) (*Project, error) {
	credentials, err := o.Credentials(ctx, project.ID)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.Wrap(fault.Upstream, err, "The project has no API token; an administrator has to enter one")
	}
	if err != nil {
		return nil, err
	}
	client, err := New(project.GitLabURL, credentials.APIToken, o.Transport)
	if err != nil {
		return nil, err
	}
	return &Project{
		api: client.api, id: int(project.GitLabID), name: project.Path, branch: project.DefaultBranch,
		trigger: credentials.TriggerToken,
	}, nil
}

// Project is one project of a GitLab server.
type Project struct {
	api     *gogitlab.Client
	id      int
	name    string // path with namespace, as it was last known
	branch  string // the default branch
	trigger secret.Value
}
