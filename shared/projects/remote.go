package projects

import (
	"context"
	"time"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/secret"
)

// Remote is the GitLab server of a project. Errors are faults whose message says
// the cause.
type Remote interface {
	// Reach proves that a GitLab server answers, whether or not it takes the token;
	// fault.NotFound when what answers is none.
	Reach(ctx context.Context) error
	// Inspect reads a project by its numeric id or its path.
	Inspect(ctx context.Context, idOrPath string) (Found, error)
	// Token reads what the API token may.
	Token(ctx context.Context) (Token, error)
	// Layout tells what of a Grove repository is at the root of a branch.
	Layout(ctx context.Context, gitlabID int64, branch string) (Layout, error)
	// TryTrigger proves a trigger token and starts nothing; fault.NotFound when
	// GitLab does not know it.
	TryTrigger(ctx context.Context, gitlabID int64, token secret.Value) error
	// Hook makes GitLab send pipeline and push events to an address with a secret;
	// one that is there already for that address is updated.
	Hook(ctx context.Context, gitlabID int64, address string, secret secret.Value) error
	// HookAt finds the webhook of an address; fault.NotFound when there is none.
	HookAt(ctx context.Context, gitlabID int64, address string) (Hook, error)
	// Unhook removes the webhook of an address, if there is one.
	Unhook(ctx context.Context, gitlabID int64, address string) error
	// AddKey registers a deploy key that may write; the same key again gives the
	// same id.
	AddKey(ctx context.Context, gitlabID int64, title, publicKey string) (int64, error)
	// HasKey tells whether a deploy key is registered.
	HasKey(ctx context.Context, gitlabID, key int64) (bool, error)
	// RemoveKey removes a deploy key, if it is there.
	RemoveKey(ctx context.Context, gitlabID, key int64) error
}

// Found is a project as GitLab has it.
type Found struct {
	Project  fleet.Project // without id, GitLab's address and the gateway
	Archived bool
	Access   int // level of the token's user; 40 is Maintainer, 0 is not told
}

// maintainer is the level that webhooks and deploy keys need.
const maintainer = 40

// Token is what GitLab says of an API token.
type Token struct {
	Name      string
	Scopes    []string
	ExpiresAt time.Time // zero when it does not expire
}

// Layout is what of a Grove repository is there.
type Layout struct {
	ClusterFile bool
	Instances   bool
}

// Hook is the state of a webhook.
type Hook struct {
	Pipelines bool
	Pushes    bool
	Disabled  bool // GitLab gave up on it after failures
}
