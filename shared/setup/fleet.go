package setup

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/clusterfn"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/health"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/limit"
	"github.com/open-craft/ocim/shared/netguard"
	"github.com/open-craft/ocim/shared/notify"
	"github.com/open-craft/ocim/shared/operation"
	"github.com/open-craft/ocim/shared/projects"
	"github.com/open-craft/ocim/shared/reconcile"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/usage"
)

// GitLab says which GitLab servers may be spoken to.
type GitLab struct {
	AllowHTTP     bool     `envconfig:"GITLAB_ALLOW_HTTP" desc:"also speak to servers without TLS; for one machine only"`
	AllowNetworks []string `envconfig:"GITLAB_ALLOW_NETWORKS" desc:"private networks with GitLab servers, such as 10.1.0.0/16"`
	PublicURL     string   `envconfig:"PUBLIC_URL" default:"http://127.0.0.1:8080" desc:"where browsers and GitLab reach the gateway"`
}

// Transport speaks to GitLab within its limits.
func (g GitLab) Transport() (http.RoundTripper, error) {
	networks, err := g.networks()
	if err != nil {
		return nil, err
	}
	return gitlab.NewTransport(gitlab.Options{AllowHTTP: g.AllowHTTP, AllowNetworks: networks}), nil
}

// Gateways says which gateways of clusters may be spoken to.
func (g GitLab) Gateways() (*netguard.Policy, error) {
	networks, err := g.networks()
	if err != nil {
		return nil, err
	}
	return &netguard.Policy{AllowHTTP: g.AllowHTTP, AllowNetworks: networks}, nil
}

func (g GitLab) networks() ([]netip.Prefix, error) {
	var networks []netip.Prefix
	for _, s := range g.AllowNetworks {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "OCIM_GITLAB_ALLOW_NETWORKS: %q is not a network", s)
		}
		networks = append(networks, p)
	}
	return networks, nil
}

// WebhookAddress is where GitLab sends a project's events.
func (g GitLab) WebhookAddress(project string) string {
	return g.Pages() + "/function/webhook/v1/projects/" + project + "/events"
}

// Pages is the address of the pages, without a slash at the end.
func (g GitLab) Pages() string { return strings.TrimRight(g.PublicURL, "/") }

// Fleet is the domain with its adapters: what functions on the fleet call.
type Fleet struct {
	Store      *fleet.Store
	Vault      *fleet.Vault
	GitLab     *gitlab.Opener
	Operations *operation.Service
	Reconciler *reconcile.Reconciler
	Projects   *projects.Service
	Audit      *audit.Log
	Watch      *health.Service
	Usage      *usage.Service
	Notify     *notify.Service
	clusters   *clusterfn.Client // nil leaves clusters alone
	now        func() time.Time
}

// Parts is what a Fleet is wired from.
type Parts struct {
	KV        kv.Store
	Keys      *secret.Keyring
	Transport http.RoundTripper           // to GitLab
	Gateways  *netguard.Policy            // of the gateways of clusters; nil leaves them alone
	Webhook   func(project string) string // where GitLab sends a project's events
	Mail      notify.Mailer               // nil sends no notices by mail
	Chat      notify.Chat
	BaseURL   string // of the pages, without a slash at the end
	Now       func() time.Time
	Log       *slog.Logger
}

// NewFleet wires the fleet.
func NewFleet(p Parts) *Fleet {
	trail := audit.New(p.KV, p.Now, rand.Reader, p.Log)
	f := &Fleet{Store: fleet.NewStore(p.KV, p.Now), Vault: fleet.NewVault(p.KV, p.Keys).By(p.Now), Audit: trail, now: p.Now}
	f.GitLab = &gitlab.Opener{Credentials: f.Vault.Credentials, Transport: p.Transport}
	f.Operations = &operation.Service{
		Fleet: f.Store, Keys: p.Keys, Audit: trail, Now: p.Now, NewID: NewID, Log: p.Log,
		NewDeploymentID: func() (string, error) { return grove.NewDeploymentID(p.Now(), rand.Reader) },
		Open: func(ctx context.Context, project fleet.Project) (operation.Remote, error) {
			return f.GitLab.Open(ctx, project)
		},
	}
	f.Reconciler = &reconcile.Reconciler{
		Fleet: f.Store, Operations: f.Operations, Now: p.Now, Log: p.Log,
		Open: func(ctx context.Context, project fleet.Project) (reconcile.Repository, error) {
			return f.GitLab.Open(ctx, project)
		},
	}
	f.Projects = &projects.Service{
		Fleet: f.Store, Vault: f.Vault, WebhookAddress: p.Webhook, Audit: trail, Now: p.Now, NewID: NewID,
		NewSecret: func() secret.Value { return secret.New(rand.Text()) },
		Open: func(gitlabURL string, apiToken secret.Value) (projects.Remote, error) {
			client, err := gitlab.New(gitlabURL, apiToken, p.Transport)
			return gitlab.ProjectAdmin{Client: client}, err
		},
	}
	if p.Gateways != nil {
		f.Projects.Gateway = projects.AskGateway(p.Gateways.Transport())
		f.clusters = clusterfn.New(clusterfn.Options{Policy: *p.Gateways, Now: p.Now})
	}
	f.Watch = &health.Service{
		Fleet: f.Store, Now: p.Now,
		Open: func(ctx context.Context, project fleet.Project) (health.Cluster, error) {
			return f.OpenCluster(ctx, project)
		},
		Deployed: func(ctx context.Context, project fleet.Project, instance string) (*grove.Configured, error) {
			deployed, err := f.Operations.Deployed(ctx, project, instance)
			return deployed.Configured, err
		},
	}
	f.Usage = &usage.Service{Fleet: f.Store, Now: p.Now, NewID: NewID, Open: func(ctx context.Context, project fleet.Project) (usage.Cluster, error) {
		return f.openCluster(ctx, project, false)
	}}
	f.Notify = &notify.Service{
		KV: p.KV, Fleet: f.Store, Replica: fleet.NewReplica(f.Store), Keys: p.Keys, People: people{identity.NewDirectory(p.KV)},
		Mail: p.Mail, Chat: p.Chat, Limits: limit.New(p.KV, p.Now), BaseURL: p.BaseURL, Now: p.Now, NewID: NewID, Log: p.Log,
	}
	return f
}

// Sync reads a project from GitLab, on behalf of one call.
func (f *Fleet) Sync(ctx context.Context, project string) error {
	return f.Reconciler.Sync(ctx, project, NewID())
}

// OpenCluster gives what runs inside a project's cluster, through its gateway. It
// reaches nothing yet. health.ErrNoInspector when the cluster is not known to have
// any.
func (f *Fleet) OpenCluster(ctx context.Context, project fleet.Project) (*clusterfn.Cluster, error) {
	return f.openCluster(ctx, project, true)
}

// openCluster is OpenCluster; the usage report needs no inspector.
func (f *Fleet) openCluster(ctx context.Context, project fleet.Project, inspector bool) (*clusterfn.Cluster, error) {
	missing := func(what string) error {
		return fault.Wrap(fault.Unavailable, health.ErrNoInspector, "What runs in %s is not known: enter %s.", project.ID, what)
	}
	if f.clusters == nil || project.GatewayURL == "" {
		return nil, missing("the address of its gateway")
	}
	c, err := f.Vault.Credentials(ctx, project.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, fmt.Errorf("opening cluster %s: %w", project.ID, err)
	}
	if inspector && c.InspectorSecret.IsZero() {
		return nil, missing("the secret of its inspector")
	}
	cluster, err := f.clusters.Open(clusterfn.Target{
		Cluster: project.ID, GatewayURL: project.GatewayURL, User: c.GatewayUser, Password: c.GatewayPassword, Secret: c.InspectorSecret,
		Usage: project.UsageContract(),
	})
	if err != nil {
		// What is stored is at fault, not what the caller asked.
		return nil, fault.Wrap(fault.Unavailable, err, "The cluster %s cannot be asked: %s.", project.ID, fault.Message(err))
	}
	return cluster, nil
}

// Observe asks a project's cluster what runs.
func (f *Fleet) Observe(ctx context.Context, project string) error {
	return f.Watch.Observe(ctx, project)
}

// How often a project's token and webhook are looked after: in general, while something
// is wrong, and at most.
const (
	checkEvery   = 24 * time.Hour
	checkTrouble = time.Hour
	checkAtMost  = 5 * time.Minute
)

// CheckDue makes the checks of a project once a day, each hour while one of them fails,
// and when its syncs began to go otherwise: the checks find out why.
func (f *Fleet) CheckDue(ctx context.Context, project string) error {
	health, err := f.Store.Health(ctx, project)
	if err != nil {
		return err
	}
	every := checkEvery
	if len(health.Troubles(f.now())) > 0 {
		every = checkTrouble
	}
	if age := f.now().Sub(health.CheckedAt); age < checkAtMost {
		return nil
	} else if age < every {
		record, err := f.Store.SyncRecord(ctx, project)
		if err != nil || !record.TurnedAt.After(health.CheckedAt) {
			return err
		}
	}
	_, err = f.Projects.CheckProject(ctx, project, "")
	return err
}

// Pipeline asks GitLab for a pipeline with all its jobs.
func (f *Fleet) Pipeline(ctx context.Context, project fleet.Project, id int64) (fleet.Pipeline, error) {
	p, err := f.GitLab.Open(ctx, project)
	if err != nil {
		return fleet.Pipeline{}, err
	}
	return p.PipelineWithJobs(ctx, id)
}

// JobLog reads a part of a job's log.
func (f *Fleet) JobLog(ctx context.Context, project fleet.Project, job, from, limit int64) (gitlab.Log, error) {
	p, err := f.GitLab.Open(ctx, project)
	if err != nil {
		return gitlab.Log{}, err
	}
	return p.JobLog(ctx, job, from, limit)
}

// CopyLog writes a job's whole log as it comes.
func (f *Fleet) CopyLog(ctx context.Context, project fleet.Project, job int64, to io.Writer) error {
	p, err := f.GitLab.Open(ctx, project)
	if err != nil {
		return err
	}
	return p.CopyLog(ctx, job, to)
}
