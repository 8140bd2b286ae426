package gitlabclient

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"io"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/vault"
)

// ocimAsks calls everything that Ocim's adapter for GitLab offers, and gives the
// routes that it asked for.
func ocimAsks(t *testing.T) []string {
	w := newWorld(t, gitlabtest.Policy{})
	transport := gitlab.NewTransport(gitlab.Options{AllowHTTP: true})
	opener := &gitlab.Opener{Transport: transport, Credentials: func(context.Context, string) (vault.Credentials, error) {
		return vault.Credentials{APIToken: secret.New(token), TriggerToken: secret.New(trigger)}, nil
	}}
	p, err := opener.Open(t.Context(), fleet.Project{ID: "campus", GitLabURL: w.URL(), GitLabID: w.id, Path: "grove/campus", DefaultBranch: "main"})
	require.NoError(t, err)
	admin := gitlab.ProjectAdmin{Client: p.Client}
	ctx := t.Context()
	head, err := p.Head(ctx)
	require.NoError(t, err)
	w.Server.Commit(int(w.id), gitlabtest.CommitSpec{Message: "[AutoDeploy][Update] alpha|8", Files: map[string]string{config: "A: 2\n"}})
	w.Script(gitlabtest.Outcome{Source: "parent_pipeline", Fail: true})
	require.NoError(t, w.Settle(ctx))
	all, err := p.Pipelines(ctx, time.Unix(0, 0))
	require.NoError(t, err)
	of := func(source string) (fleet.Pipeline, int64) {
		i := slices.IndexFunc(all, func(f fleet.Pipeline) bool { return f.Source == source })
		read, err := p.PipelineWithJobs(ctx, all[i].ID)
		require.NoError(t, err)
		return read, read.Stages[0].Jobs[0].ID
	}
	parent, _ := of("push")
	child, job := of("parent_pipeline")
	later, err := p.Head(ctx)
	require.NoError(t, err)
	const address = "https://ocim.example.org/hook"
	var hook, key int64
	ssh := "ssh-ed25519 " + base64.StdEncoding.EncodeToString(make([]byte, 19+ed25519.PublicKeySize))

	// In this order; each gives the error of its call.
	calls := []struct {
		name string
		do   func() error
	}{
		{"Head", func() (err error) { _, err = p.Head(ctx); return }},
		{"Commits", func() (err error) { _, err = p.Commits(ctx, 10); return }},
		{"CommitsOf", func() (err error) { _, err = p.CommitsOf(ctx, config, 10); return }},
		{"CommitSaying", func() (err error) { _, err = p.CommitSaying(ctx, time.Unix(0, 0), "alpha|8"); return }},
		{"Changed", func() (err error) { _, err = p.Changed(ctx, later.SHA); return }},
		{"Between", func() (err error) { _, err = p.Between(ctx, head.SHA, later.SHA); return }},
		{"File", func() (err error) { _, err = p.File(ctx, config, "main"); return }},
		{"Folder", func() (err error) { _, err = p.Folder(ctx, "instances", "main"); return }},
		{"Texts", func() (err error) { _, err = p.Texts(ctx, later.SHA, []string{config}); return }},
		{"Files", func() (err error) {
			for range 7 { // more than GitLab gives archives in a minute
				if _, err = p.Files(ctx, later.SHA); err != nil {
					return err
				}
			}
			return nil
		}},
		{"Pipelines", func() (err error) { _, err = p.Pipelines(ctx, time.Time{}); return }},
		{"Pipeline", func() (err error) { _, err = p.Pipeline(ctx, parent.ID); return }},
		{"PipelineWithJobs", func() (err error) { _, err = p.PipelineWithJobs(ctx, child.ID); return }},
		{"JobLog", func() (err error) { _, err = p.JobLog(ctx, job, 0, 100); return }},
		{"CopyLog", func() (err error) { return p.CopyLog(ctx, job, io.Discard) }},
		{"Retry", func() (err error) { _, err = p.Retry(ctx, child.ID); return }},
		{"Cancel", func() (err error) { _, err = p.Cancel(ctx, child.ID); return }},
		{"Trigger", func() (err error) {
			_, err = p.Trigger(ctx, grove.Trigger{Ref: "main", Variables: map[string]string{"INSTANCE_NAME": "gamma", "DEPLOYMENT_REQUEST_ID": "41", "NEW_INSTANCE_TRIGGER": "1"}})
			return
		}},
		{"FindPipeline", func() (err error) {
			_, err = p.FindPipeline(ctx, time.Unix(0, 0), "trigger", map[string]string{"INSTANCE_NAME": "gamma"}, func(int64) bool { return false })
			return
		}},
		{"Run", func() (err error) {
			_, err = p.Run(ctx, grove.Pipeline{Ref: "main", Variables: map[string]string{"A": "1"}})
			return
		}},
		{"Commit", func() (err error) {
			_, err = p.Commit(ctx, grove.Commit{Branch: "main", Message: "x", Actions: []grove.Action{{Action: grove.UpdateFile, Path: config, Content: []byte("A: 3\n")}}})
			return
		}},
		{"Describe", func() (err error) { _, err = p.Describe(ctx); return }},
		{"Token", func() (err error) { _, err = p.Token(ctx); return }},
		{"Reach", func() (err error) { _, err = admin.Reach(ctx); return }},
		{"Inspect", func() (err error) { _, err = admin.Inspect(ctx, "grove/campus"); return }},
		{"Access", func() (err error) { _, err = admin.Access(ctx, w.id); return }},
		{"CanPush", func() (err error) { _, err = admin.CanPush(ctx, w.id, "main"); return }},
		{"Layout", func() (err error) { _, err = admin.Layout(ctx, w.id, "main"); return }},
		{"TryTrigger", func() (err error) { return admin.TryTrigger(ctx, w.id, secret.New(trigger)) }},
		{"AddTriggerToken", func() (err error) { _, err = p.AddTriggerToken(ctx, w.id, "Ocim"); return }},
		{"Hook", func() (err error) { return p.Hook(ctx, w.id, address, secret.New("secret")) }},
		{"Hooks", func() (err error) { _, err = p.Hooks(ctx, w.id); return }},
		{"HookAt", func() (err error) {
			h, err := admin.HookAt(ctx, w.id, address)
			hook = h.ID
			return err
		}},
		{"Hook", func() (err error) { return p.Hook(ctx, w.id, address, secret.New("another")) }}, // changed
		{"TestHook", func() (err error) { _ = p.TestHook(ctx, w.id, hook); return nil }},          // no one listens there
		{"FailedDelivery", func() (err error) { _, err = admin.FailedDelivery(ctx, w.id, hook); return }},
		{"RemoveHook", func() (err error) { return p.RemoveHook(ctx, w.id, hook) }},
		{"Unhook", func() (err error) { return admin.Unhook(ctx, w.id, address) }},
		{"AddKey", func() (err error) {
			key, err = admin.AddKey(ctx, w.id, "Ocim", ssh)
			return
		}},
		{"HasKey", func() (err error) { _, err = admin.HasKey(ctx, w.id, key); return }},
		{"AtPath", func() (err error) { _, err = p.AtPath(ctx); return }},
		{"RemoveKey", func() (err error) { return admin.RemoveKey(ctx, w.id, key) }},
	}
	for _, c := range calls {
		require.NoError(t, c.do(), c.name)
	}
	offered := map[string]bool{}
	for _, of := range []reflect.Type{reflect.TypeFor[*gitlab.Project](), reflect.TypeFor[gitlab.ProjectAdmin]()} {
		for m := range of.Methods() {
			offered[m.Name] = true
		}
	}
	for _, c := range calls {
		delete(offered, c.name)
	}
	assert.Empty(t, slices.Sorted(maps.Keys(offered)), "call each above, and with GitLab's client")
	return slices.Collect(maps.Keys(w.Counts()))
}
