//lint:file-ignore SA1019 the client was chosen; no other package of the product imports it

package gitlab

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	gogitlab "github.com/xanzy/go-gitlab"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/vault"
)

// Client is a GitLab server, used with one token.
type Client struct{ api *gogitlab.Client }

// unlimited switches go-gitlab's own limiter off: the transport keeps the budget
// for all clients of a server together.
type unlimited struct{}

// Wait implements gogitlab.RateLimiter.
func (unlimited) Wait(context.Context) error { return nil }

// New makes a client. baseURL is the server's root, such as
// https://gitlab.example.org; the API's address is understood, too. Limits,
// retries and the circuit are the transport's, so that clients of one server
// share them.
func New(baseURL string, token secret.Value, transport http.RoundTripper) (*Client, error) {
	u, err := url.Parse(baseURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fault.New(fault.Invalid, "%s is not the address of a GitLab server", baseURL)
	}
	root := strings.TrimSuffix(strings.TrimRight(baseURL, "/"), "/api/v4")
	api, err := gogitlab.NewClient(token.Reveal(),
		gogitlab.WithBaseURL(root),
		gogitlab.WithHTTPClient(&http.Client{Transport: keepNotFound{transport}, CheckRedirect: sameHost, Timeout: callLimit}),
		gogitlab.WithoutRetries(), // it would repeat a POST
		gogitlab.WithCustomLimiter(unlimited{}),
	)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "%s is not the address of a GitLab server", baseURL)
	}
	return &Client{api}, nil
}

// callLimit bounds one call with its retries and its body.
const callLimit = 60 * time.Second

// sameHost follows the redirect of a renamed project, but takes the token to no
// other host.
func sameHost(req *http.Request, via []*http.Request) error {
	if len(via) > 3 || req.URL.Host != via[0].URL.Host || req.URL.Scheme != via[0].URL.Scheme {
		return http.ErrUseLastResponse
	}
	return nil
}

// Opener opens the projects of the fleet with their credentials. It must not be
// copied.
type Opener struct {
	Credentials func(ctx context.Context, project string) (vault.Credentials, error)
	Transport   http.RoundTripper

	logs logCache
}

// Open gives a project's GitLab. It makes no call to GitLab.
func (o *Opener) Open(ctx context.Context, project fleet.Project) (*Project, error) {
	credentials, err := o.Credentials(ctx, project.ID)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.Wrap(fault.Upstream, err, "The project has no API token. An administrator has to enter one")
	}
	if err != nil {
		return nil, err
	}
	client, err := New(project.GitLabURL, credentials.APIToken, o.Transport)
	if err != nil {
		return nil, err
	}
	return &Project{
		Client: client, id: project.GitLabID, name: project.Path, branch: project.DefaultBranch,
		trigger: credentials.TriggerToken, logs: &o.logs,
	}, nil
}

// Project is one project of a GitLab server.
type Project struct {
	*Client
	id      int64
	name    string // path with namespace, as it was last known
	branch  string // the default branch
	trigger secret.Value
	logs    *logCache
}

// path gives the path of something in the project.
func (p *Project) path(rest ...string) string { return projectPath(p.id, rest...) }
