package fleet

import (
	"time"
)

// Cluster is what a project's repository and its cluster say.
type Cluster struct {
	ID          string            `json:"id" doc:"Slug, shared with the project" example:"campus-aws"`
	Name        string            `json:"name" doc:"Cluster name of cluster.yml, else the project's"`
	ProjectID   int64             `json:"projectId" doc:"GitLab project id"`
	ProjectPath string            `json:"projectPath"`
	ProjectURL  string            `json:"projectUrl"`
	Provider    string            `json:"provider,omitempty" doc:"aws, digitalocean, minikube, or whatever cluster.yml says"`
	Region      string            `json:"region,omitempty"`
	Domain      string            `json:"domain,omitempty"`
	NodeSize    string            `json:"nodeSize,omitempty"`
	NodesMin    string            `json:"nodesMin,omitempty"`
	NodesMax    string            `json:"nodesMax,omitempty"`
	MySQLSize   string            `json:"mysqlSize,omitempty"`
	MongoDBSize string            `json:"mongodbSize,omitempty"`
	Links       []Link            `json:"links,omitempty"`
	Overridden  []string          `json:"overridden,omitempty" doc:"Names of facts and links that an operator set by hand"`
	Found       map[string]string `json:"found,omitempty" doc:"What was found for the overridden ones; missing for what was not found"`
	Lifecycle   Lifecycle         `json:"lifecycle" enum:"pending,active,archived,deleted"`
	Pipeline    *PipelineSummary  `json:"pipeline,omitempty" doc:"Latest pipeline that did something"`
	OwnPipeline *PipelineSummary  `json:"ownPipeline,omitempty" doc:"Latest pipeline about the cluster itself, among its newest"`
	Problems    []FileProblem     `json:"problems,omitempty" doc:"What is wrong with the repository's files"`
	Sync        SyncState         `json:"sync"`
	Troubles    []Trouble         `json:"troubles,omitempty" doc:"What the checks of its project found that needs attention"`
	Online      Online            `json:"online"`
	NotInGit    []string          `json:"notInGit,omitempty" doc:"Namespaces of instances that it runs and no file in git describes, for an hour or more; by name, the first 20"`
	Instances   int               `json:"instances" doc:"Instances that are not archived or deleted"`
	Annotation  *Annotation       `json:"annotation,omitempty" doc:"What people keep about it in Ocim"`
}

// Link is an address worth opening.
type Link struct {
	Name string `json:"name" enum:"gitlab,grafana,prometheus,alertmanager,kubernetes,openfaas"`
	URL  string `json:"url"`
}

// FileProblem is something wrong in a file of the repository.
type FileProblem struct {
	File    string `json:"file" example:"instances/demo/config.yml"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"`
	Warning bool   `json:"warning,omitempty" doc:"Whether the file works all the same"`
	Host    string `json:"host,omitempty" doc:"Host that another instance of the fleet has, too, when that is the problem"`
}

// SyncState is when and how Ocim last read a project.
type SyncState struct {
	Commit      string    `json:"commit,omitempty" doc:"Head of the default branch that the facts come from"`
	SucceededAt time.Time `json:"succeededAt,omitzero"`
	TriedAt     time.Time `json:"triedAt,omitzero"`
	Error       string    `json:"error,omitempty" doc:"Why the last try failed, with its cure"`
	// WaitingSince is no failure: the project is next in line.
	WaitingSince time.Time `json:"waitingSince,omitzero" doc:"Since when GitLab's rate limit has kept Ocim from reading the project"`
}

// Online is whether the cluster's functions answer, and since when.
type Online struct {
	State  string    `json:"state" enum:"online,offline,unknown"`
	At     time.Time `json:"at,omitzero" doc:"When it became so"`
	Reason string    `json:"reason,omitempty"`
}

// Instance is one Open edX instance as lists show it.
type Instance struct {
	Cluster     string           `json:"cluster" doc:"Cluster id"`
	Name        string           `json:"name"`
	Description string           `json:"description,omitempty" doc:"PLATFORM_NAME of config.yml"`
	Lifecycle   Lifecycle        `json:"lifecycle" enum:"pending,active,archived,deleted"`
	Release     string           `json:"release,omitempty" example:"teak.2"`
	Tutor       string           `json:"tutor,omitempty" doc:"Version of Tutor, or the branch or tag, as its configuration names it" example:"20"`
	LMSURL      string           `json:"lmsUrl,omitempty"`
	StudioURL   string           `json:"studioUrl,omitempty"`
	MFEURL      string           `json:"mfeUrl,omitempty"`
	Theme       string           `json:"theme,omitempty"`
	Health      HealthState      `json:"health"`
	Site        *Site            `json:"site,omitempty" doc:"Whether its site answers; absent while that was not checked"`
	Annotation  *Annotation      `json:"annotation,omitempty" doc:"What people keep about it in Ocim"`
	Drift       *Drift           `json:"drift,omitempty" doc:"Absent when nothing is known to have drifted"`
	Pipeline    *PipelineSummary `json:"pipeline,omitempty" doc:"Latest pipeline that deploys this instance"`
	Problems    []FileProblem    `json:"problems,omitempty"`
	ChangedAt   time.Time        `json:"changedAt,omitzero" doc:"When git last changed it, or it left git"`
	ChangedBy   string           `json:"changedBy,omitempty" doc:"Who did: the requester in Ocim, else the author of the commit"`
}

// HealthState is a health with its reason, and since when.
type HealthState struct {
	State    Health    `json:"state" enum:"healthy,progressing,degraded,failed,unknown"`
	Reason   string    `json:"reason,omitempty"`
	NextStep string    `json:"nextStep,omitempty" doc:"What to do about it"`
	At       time.Time `json:"at,omitzero" doc:"When it became so; while unknown, when the health before did"`
}

// Drift is that an instance does not run as it was deployed.
type Drift struct {
	Reason string    `json:"reason" example:"lms has at most 4 instead of 10 replicas"`
	At     time.Time `json:"at" doc:"When it was first seen"`
}

// Files are the configuration files of an instance or a cluster, secrets
// masked, as of one commit.
type Files struct {
	Commit string `json:"commit"`
	Files  []File `json:"files"`
}

// File is one text file of the repository.
type File struct {
	Path     string        `json:"path" example:"instances/demo/config.yml"`
	Text     string        `json:"text" doc:"Secrets are masked"`
	Problems []FileProblem `json:"problems,omitempty"`
}
