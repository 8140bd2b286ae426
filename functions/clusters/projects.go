package function

import (
	"context"
	"net/http"
	"time"

	"github.com/open-craft/ocim/shared/audit"
	"github.com/open-craft/ocim/shared/faas"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/grove"
	"github.com/open-craft/ocim/shared/identity"
	"github.com/open-craft/ocim/shared/projects"
)

// newProject names a GitLab project with what to use it with.
type newProject struct {
	projects.Secrets
	GitLabURL     string `json:"gitlabUrl" maxLength:"300" doc:"Root of the GitLab server" example:"https://gitlab.com"`
	Project       string `json:"project" minLength:"1" maxLength:"300" doc:"Numeric id or path" example:"grove/campus-aws"`
	GatewayURL    string `json:"gatewayUrl,omitempty" maxLength:"300" doc:"OpenFaaS gateway of the cluster"`
	MakeDeployKey bool   `json:"makeDeployKey,omitempty" doc:"Make a deploy key and register it at GitLab"`
}

func (b newProject) request(by audit.Actor) projects.Request {
	return projects.Request{
		Secrets: b.Secrets, GitLabURL: b.GitLabURL, Project: b.Project, GatewayURL: b.GatewayURL, MakeDeployKey: b.MakeDeployKey, By: by,
	}
}

type addProjectInput struct {
	Later bool `query:"later" doc:"Skip the first sync; the sync function runs it on request or on schedule"`
	Body  newProject
}

// firstSync is how long adding waits for the first sync; the schedule goes on
// with what takes longer.
const firstSync = 20 * time.Second

func (f *clusters) addProject(ctx context.Context, in *addProjectInput) (*projectOutput, error) {
	project, warning, err := f.Projects.Add(ctx, in.Body.request(faas.ActorFrom(ctx)))
	if err != nil {
		return nil, err
	}
	if !in.Later {
		ctx, cancel := context.WithTimeout(ctx, firstSync)
		defer cancel()
		if err := f.Sync(ctx, project.ID); err != nil && warning == "" {
			warning = "The first sync has not finished: " + fault.Message(err)
		}
	}
	out := new(projectOutput)
	out.Body.Project, out.Body.Warning = project, warning
	return out, nil
}

type checkNewProjectInput struct {
	Check string `query:"check" enum:"reachable,token,project,branch,layout,push,ci,variables,triggerToken,webhook,deployKey,gateway,sync" doc:"Only this one; absent is all, in this order"`
	Body  newProject
}

type checksOutput struct {
	Body struct {
		Checks []fleet.Check `json:"checks"`
	}
}

func checked(checks []fleet.Check, err error) (*checksOutput, error) {
	if err != nil {
		return nil, err
	}
	out := new(checksOutput)
	out.Body.Checks = checks
	return out, nil
}

func (f *clusters) checkNewProject(ctx context.Context, in *checkNewProjectInput) (*checksOutput, error) {
	return checked(f.Projects.Check(ctx, in.Body.request(faas.ActorFrom(ctx)), in.Check))
}

type checkProjectInput struct {
	Cluster string `path:"cluster" maxLength:"60"`
	Check   string `query:"check" enum:"reachable,token,project,branch,layout,push,ci,variables,triggerToken,webhook,deployKey,gateway,sync" doc:"Only this one; absent is all, in this order"`
}

func (f *clusters) checkProject(ctx context.Context, in *checkProjectInput) (*checksOutput, error) {
	if err := f.exists(ctx, in.Cluster); err != nil {
		return nil, err
	}
	return checked(f.Projects.CheckProject(ctx, in.Cluster, in.Check))
}

// project reads the project behind a cluster of the path.
func (f *clusters) project(ctx context.Context, id string) (fleet.Project, error) {
	p, err := f.Fleet.Project(ctx, id)
	if fault.Is(err, fault.NotFound) {
		err = faas.NoSuchCluster()
	}
	return p, err
}

func (f *clusters) exists(ctx context.Context, id string) error {
	_, err := f.project(ctx, id)
	return err
}

type listProjectsOutput struct {
	Body struct {
		Projects []projectState `json:"projects"`
	}
}

// projectState is a project with how it fares.
type projectState struct {
	Project fleet.Project       `json:"project"`
	Health  fleet.ProjectHealth `json:"health" doc:"What the checks said last"`
	Sync    fleet.SyncState     `json:"sync"`
}

func (f *clusters) listProjects(ctx context.Context, _ *struct{}) (*listProjectsOutput, error) {
	projects, err := f.Fleet.Projects(ctx)
	if err != nil {
		return nil, err
	}
	records, err := f.Fleet.SyncRecords(ctx)
	if err != nil {
		return nil, err
	}
	healths, err := f.Fleet.ProjectHealths(ctx)
	if err != nil {
		return nil, err
	}
	who := faas.PrincipalFrom(ctx)
	out := new(listProjectsOutput)
	out.Body.Projects = []projectState{}
	for _, p := range projects {
		if !who.Allowed(identity.Operator, p.ID) { // as get-project demands
			continue
		}
		health, known := healths[p.ID]
		if !known {
			health = fleet.ProjectHealth{Project: p.ID, Checks: []fleet.Check{}}
		}
		out.Body.Projects = append(out.Body.Projects, projectState{p, health, records[p.ID].State})
	}
	return out, nil
}

// contacts names when the projects were last read.
func (f *clusters) contacts(ctx context.Context, _ *http.Request) (string, error) {
	stale, err := f.ages.Stale(ctx)
	if err != nil {
		return "", err
	}
	return stale.Read, nil
}

type getProjectInput struct {
	Cluster string `path:"cluster" maxLength:"60"`
}

type getProjectOutput struct {
	Body struct {
		Project fleet.Project       `json:"project"`
		Health  fleet.ProjectHealth `json:"health" doc:"What the checks said last"`
		Sync    fleet.SyncState     `json:"sync"`
		Facts   []string            `json:"facts" doc:"Names of the facts that can be overridden"`
		Links   []string            `json:"links" doc:"Names of the links that can be overridden"`
	}
}

func (f *clusters) getProject(ctx context.Context, in *getProjectInput) (*getProjectOutput, error) {
	project, err := f.project(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	record, err := f.Fleet.SyncRecord(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	health, err := f.Fleet.Health(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	out := new(getProjectOutput)
	out.Body.Project, out.Body.Health, out.Body.Sync = project, health, record.State
	out.Body.Facts, out.Body.Links = factNames(), links
	return out, nil
}

// links are the names of a cluster's links.
var links = []string{"gitlab", "grafana", "prometheus", "alertmanager", "kubernetes", "openfaas"}

func factNames() []string {
	var names []string
	for _, fact := range grove.ClusterFacts() {
		names = append(names, fact.Name)
	}
	return names
}

type overrideProjectInput struct {
	Cluster string `path:"cluster" maxLength:"60"`
	Body    struct {
		Overrides map[string]*string `json:"overrides" doc:"Value by the name of a fact or link; null leaves it to the repository again"`
	}
}

type projectOutput struct {
	Body struct {
		Project fleet.Project `json:"project"`
		Warning string        `json:"warning,omitempty" doc:"What still needs a hand, with its cure"`
	}
}

func (f *clusters) overrideProject(ctx context.Context, in *overrideProjectInput) (*projectOutput, error) {
	if err := f.exists(ctx, in.Cluster); err != nil {
		return nil, err
	}
	project, err := f.Projects.Override(ctx, in.Cluster, factNames(), links, in.Body.Overrides, faas.ActorFrom(ctx))
	if err != nil {
		return nil, err
	}
	out := new(projectOutput)
	out.Body.Project = project
	ctx, cancel := context.WithTimeout(ctx, firstSync)
	defer cancel()
	if err := f.Sync(ctx, in.Cluster); err != nil {
		out.Body.Warning = "It is kept, and shows after the next sync: " + fault.Message(err)
	}
	return out, nil
}

type removeProjectInput struct {
	Cluster string `path:"cluster" maxLength:"60"`
	Confirm string `query:"confirm" required:"true" maxLength:"60" doc:"The project's id, typed again to confirm the removal"`
}

type removeProjectOutput struct {
	Body projects.Removal
}

func (f *clusters) removeProject(ctx context.Context, in *removeProjectInput) (*removeProjectOutput, error) {
	if err := f.exists(ctx, in.Cluster); err != nil {
		return nil, err
	}
	if in.Confirm != in.Cluster {
		return nil, fault.InvalidField("confirm", "must be %s", in.Cluster)
	}
	removal, err := f.Projects.Remove(ctx, in.Cluster, faas.ActorFrom(ctx))
	if err != nil {
		return nil, err
	}
	return &removeProjectOutput{Body: removal}, nil
}

type updateCredentialsInput struct {
	Cluster string `path:"cluster" maxLength:"60"`
	Body    struct {
		projects.Secrets
		GatewayURL *string `json:"gatewayUrl,omitempty" maxLength:"300" doc:"An empty one removes the gateway"`
	}
}

func (f *clusters) updateCredentials(ctx context.Context, in *updateCredentialsInput) (*projectOutput, error) {
	if err := f.exists(ctx, in.Cluster); err != nil {
		return nil, err
	}
	project, err := f.Projects.Update(ctx, in.Cluster, projects.Change{
		Secrets: in.Body.Secrets, GatewayURL: in.Body.GatewayURL, By: faas.ActorFrom(ctx),
	})
	if err != nil {
		return nil, err
	}
	out := new(projectOutput)
	out.Body.Project = project
	return out, nil
}

type rotateCredentialInput struct {
	Cluster string `path:"cluster" maxLength:"60"`
	Body    struct {
		What string `json:"what" enum:"webhookSecret,deployKey"`
	}
}

func (f *clusters) rotateCredential(ctx context.Context, in *rotateCredentialInput) (*projectOutput, error) {
	if err := f.exists(ctx, in.Cluster); err != nil {
		return nil, err
	}
	var err error
	if in.Body.What == "webhookSecret" {
		err = f.Projects.RotateWebhook(ctx, in.Cluster, faas.ActorFrom(ctx))
	} else {
		_, err = f.Projects.RotateDeployKey(ctx, in.Cluster, faas.ActorFrom(ctx))
	}
	if err != nil {
		return nil, err
	}
	out := new(projectOutput)
	out.Body.Project, err = f.Fleet.Project(ctx, in.Cluster)
	return out, err
}
