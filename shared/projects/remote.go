package projects

import (
	"context"
	"strconv"
	"time"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/secret"
)

// Remote is the GitLab server of a project. Errors are faults; one that GitLab
// refused has a refusal.Refusal inside.
type Remote interface {
	// Reach proves that a GitLab server answers, whether or not it accepts the
	// token, and returns its version if known; fault.NotFound when the server is
	// not GitLab.
	Reach(ctx context.Context) (Version, error)
	// Inspect reads a project by its numeric id or its path.
	Inspect(ctx context.Context, idOrPath string) (Found, error)
	// Access reads the role of the token's account; 0 when GitLab does not report it.
	Access(ctx context.Context, gitlabID int64) (int, error)
	// CanPush reports whether the token's account may push to a branch.
	CanPush(ctx context.Context, gitlabID int64, branch string) (bool, error)
	// Token reads what the API token may do.
	Token(ctx context.Context) (Token, error)
	// Layout reports what of a Grove repository is at the root of a branch.
	Layout(ctx context.Context, gitlabID int64, branch string) (Layout, error)
	// TryTrigger proves a trigger token and starts nothing.
	TryTrigger(ctx context.Context, gitlabID int64, token secret.Value) error
	// Hook makes GitLab send pipeline and push events to an address with a secret;
	// one that is there already for that address is updated.
	Hook(ctx context.Context, gitlabID int64, address string, secret secret.Value) error
	// HookAt finds the webhook of an address; fault.NotFound when there is none.
	HookAt(ctx context.Context, gitlabID int64, address string) (Hook, error)
	// TestHook makes GitLab send a sample event and reports whether it arrived.
	TestHook(ctx context.Context, gitlabID, hook int64) error
	// FailedDelivery says how the newest delivery of a webhook failed; empty when
	// it did not.
	FailedDelivery(ctx context.Context, gitlabID, hook int64) (string, error)
	// Unhook removes the webhook of an address, if there is one.
	Unhook(ctx context.Context, gitlabID int64, address string) error
	// AddKey registers a deploy key that may write; the same key again gives the
	// same id.
	AddKey(ctx context.Context, gitlabID int64, title, publicKey string) (int64, error)
	// HasKey reports whether a deploy key is registered.
	HasKey(ctx context.Context, gitlabID, key int64) (bool, error)
	// RemoveKey removes a deploy key, if it is there.
	RemoveKey(ctx context.Context, gitlabID, key int64) error
}

// Version is the version of a GitLab server; zero when it is not known.
type Version struct{ Major, Minor int }

// atLeast reports whether a version is this one or newer; an unknown one may be.
func (v Version) atLeast(major, minor int) bool {
	return v == Version{} || v.Major > major || v.Major == major && v.Minor >= minor
}

func (v Version) String() string { return strconv.Itoa(v.Major) + "." + strconv.Itoa(v.Minor) }

// Found is a project as GitLab has it.
type Found struct {
	Project             fleet.Project // without id, GitLab's address and the gateway
	Archived            bool
	DeletionOn          string // the day on which GitLab deletes it; empty when it is not scheduled
	CIDisabled          bool
	VariablesRole       string // least role for pipeline variables as GitLab writes it; empty when unknown
	VariablesRestricted bool   // before VariablesRole: only maintainers may set variables
	Access              int    // role of the token's account, see maintainer; 0 is unknown
}

// Roles, as GitLab numbers them.
const (
	maintainer = 40 // webhooks, deploy keys and the protected default branch need it
	owner      = 50
)

// Token is what GitLab says of an API token.
type Token struct {
	Name      string
	Scopes    []string
	ExpiresAt time.Time // zero when it does not expire
	Kind      string    // "project", "group", "service account" or "personal"; empty when unknown
	Owner     string    // user name of its account; empty when unknown
}

// Layout is what of a Grove repository is there.
type Layout struct {
	ClusterFile bool
	Instances   bool
}

// Hook is the state of a webhook.
type Hook struct {
	ID            int64
	URL           string
	Pipelines     bool
	Pushes        bool
	Disabled      bool // GitLab stopped sending after failures
	DisabledUntil time.Time
	Signed        bool
}
