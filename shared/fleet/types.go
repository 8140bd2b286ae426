package fleet

import (
	"time"
)

// Project is a GitLab repository that Ocim was told about. Only an
// administrator changes it; no sync does. Credentials are sealed apart.
type Project struct {
	ID            string            `json:"id" doc:"Slug, shared with the cluster" example:"campus-aws"`
	GitLabURL     string            `json:"gitlabUrl" doc:"Root of the GitLab server" example:"https://gitlab.example.org"`
	GitLabID      int64             `json:"gitlabId" doc:"Project id on that server"`
	Path          string            `json:"path" doc:"Path with namespace" example:"grove/campus-aws"`
	WebURL        string            `json:"webUrl"`
	DefaultBranch string            `json:"defaultBranch"`
	GatewayURL    string            `json:"gatewayUrl,omitempty" doc:"OpenFaaS gateway inside the cluster"`
	Overrides     map[string]string `json:"overrides,omitempty" doc:"Facts and links that an operator set by hand"`
	Contract      *Contract         `json:"contract,omitempty" doc:"How this project's Grove is spoken to; absent is the default"`
	Usage         *UsageContract    `json:"usage,omitempty" doc:"How the cluster's usage report is asked for and read; absent is the default"`
	DeployKey     *DeployKey        `json:"deployKey,omitempty" doc:"Key that may write to the repository; its private part is never given out"`
	CreatedAt     time.Time         `json:"createdAt"`
	UpdatedAt     time.Time         `json:"updatedAt"`
}

// DeployKey is the public half of a project's deploy key.
type DeployKey struct {
	Fingerprint string    `json:"fingerprint" example:"SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"`
	PublicKey   string    `json:"publicKey" doc:"In the form of authorized_keys"`
	GitLabID    int64     `json:"gitlabId,omitempty" doc:"Id at GitLab; absent when Ocim did not register it"`
	AddedAt     time.Time `json:"addedAt"`
}

// Contract says how each operation is asked for. It is data, so that a
// cluster on another version of Grove needs no other Ocim. What is missing takes
// its default from the grove package.
type Contract struct {
	Operations       map[OperationKind]Mechanism `json:"operations,omitempty"`
	Routes           []Route                     `json:"routes,omitempty" doc:"How a create hands its settings on; the first that takes a setting counts. Absent is the default"`
	AllowReprovision bool                        `json:"allowReprovision,omitempty" doc:"Whether administrators may reprovision the cluster from here"`
}

// Route says by which key of a trigger's payload settings are handed on, and to
// which file Grove writes them.
type Route struct {
	Keys   []string `json:"keys,omitempty" doc:"Settings that take it; * at the end stands for any rest. Without any it takes what carries its prefix already"`
	Prefix string   `json:"prefix" doc:"What stands before a setting in the payload, unless it does already" example:"TUTOR_"`
	File   string   `json:"file,omitempty" enum:"config.yml,grove.yml" doc:"File of the instance that Grove writes it to; absent is none: a variable of the pipeline"`
}

// Mechanism is how one operation reaches GitLab. Values of Variables and
// Message are templates over {instance}, {deploymentId}, {repository}, {branch}
// and {entries} (`a|1,b|2`).
type Mechanism struct {
	By        string            `json:"by" enum:"trigger,commit,pipeline"`
	Variables map[string]string `json:"variables,omitempty" doc:"Pipeline variables, for trigger and pipeline"`
	Message   string            `json:"message,omitempty" doc:"Commit message, for commit"`
}

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
	Troubles    []Trouble         `json:"troubles,omitempty" doc:"What the checks of its project found that needs somebody"`
	Online      Online            `json:"online"`
	Instances   int               `json:"instances" doc:"Instances that are not archived or deleted"`
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
}

// SyncState is when and how Ocim last read a project.
type SyncState struct {
	Commit      string    `json:"commit,omitempty" doc:"Head of the default branch that the facts come from"`
	SucceededAt time.Time `json:"succeededAt,omitzero"`
	TriedAt     time.Time `json:"triedAt,omitzero"`
	Error       string    `json:"error,omitempty" doc:"Why the last try failed, with its cure"`
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
	LMSURL      string           `json:"lmsUrl,omitempty"`
	StudioURL   string           `json:"studioUrl,omitempty"`
	MFEURL      string           `json:"mfeUrl,omitempty"`
	Theme       string           `json:"theme,omitempty"`
	Health      HealthState      `json:"health"`
	Drift       *Drift           `json:"drift,omitempty" doc:"Absent when nothing is known to have drifted"`
	Pipeline    *PipelineSummary `json:"pipeline,omitempty" doc:"Latest pipeline that deploys this instance"`
	Problems    []FileProblem    `json:"problems,omitempty"`
	ChangedAt   time.Time        `json:"changedAt,omitzero" doc:"When git last changed it, or it left git"`
	ChangedBy   string           `json:"changedBy,omitempty" doc:"Author of the commit that did"`
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

// PipelineSummary is a pipeline in one line.
type PipelineSummary struct {
	ID        int64          `json:"id"`
	Status    PipelineStatus `json:"status"`
	Operation OperationKind  `json:"operation,omitempty" enum:"create,update,archive,unarchive,delete,buildImages,reprovision"`
	WebURL    string         `json:"webUrl,omitempty"`
	UpdatedAt time.Time      `json:"updatedAt"`
}

// Pipeline is a GitLab pipeline that Ocim has heard of.
type Pipeline struct {
	Cluster      string         `json:"cluster"`
	ID           int64          `json:"id" doc:"GitLab's id"`
	IID          int64          `json:"iid,omitempty"`
	Status       PipelineStatus `json:"status"`
	Source       string         `json:"source,omitempty" example:"push"`
	Ref          string         `json:"ref"`
	SHA          string         `json:"sha"`
	Title        string         `json:"title,omitempty" doc:"Title of its commit"`
	WebURL       string         `json:"webUrl,omitempty"`
	Operation    OperationKind  `json:"operation,omitempty" enum:"create,update,archive,unarchive,delete,buildImages,reprovision" doc:"Absent when it deploys nothing"`
	Deployments  []Deployment   `json:"deployments,omitempty" doc:"Instances it is about, with their deployment ids"`
	Parent       int64          `json:"parent,omitempty" doc:"Pipeline that started it"`
	CreatedAt    time.Time      `json:"createdAt"`
	UpdatedAt    time.Time      `json:"updatedAt"`
	StartedAt    time.Time      `json:"startedAt,omitzero"`
	FinishedAt   time.Time      `json:"finishedAt,omitzero"`
	Stages       []Stage        `json:"stages,omitempty"`
	StatusDetail string         `json:"statusDetail,omitempty"`
}

// Deployment is one instance's part in a pipeline.
type Deployment struct {
	Instance string `json:"instance"`
	ID       string `json:"id,omitempty" doc:"Deployment id; GitLab's commit may carry none"`
}

// Stage is a stage of a pipeline with its jobs.
type Stage struct {
	Name string `json:"name"`
	Jobs []Job  `json:"jobs"`
}

// Job is one job of a pipeline.
type Job struct {
	ID         int64          `json:"id"`
	Name       string         `json:"name"`
	Status     PipelineStatus `json:"status"`
	StartedAt  time.Time      `json:"startedAt,omitzero"`
	FinishedAt time.Time      `json:"finishedAt,omitzero"`
	WebURL     string         `json:"webUrl,omitempty"`

	Retried       bool   `json:"retried,omitempty" doc:"A later job of the same name replaced it"`
	AllowFailure  bool   `json:"allowFailure,omitempty" doc:"Its failure does not fail the pipeline"`
	FailureReason string `json:"failureReason,omitempty" example:"script_failure"`
}

// Operation is something a person asked for, from the wish to its end.
type Operation struct {
	ID           string         `json:"id"`
	Cluster      string         `json:"cluster"`
	Instance     string         `json:"instance"`
	Kind         OperationKind  `json:"kind" enum:"create,update,archive,unarchive,delete,buildImages,reprovision"`
	State        OperationState `json:"state" enum:"requested,accepted,running,succeeded,failed,canceled"`
	DeploymentID string         `json:"deploymentId"`
	Deployments  []Deployment   `json:"deployments,omitempty" doc:"All its instances with their deployment ids, when one commit changes several"`
	Repository   string         `json:"repository,omitempty" doc:"Of buildImages: repository of the code"`
	Branch       string         `json:"branch,omitempty" doc:"Of buildImages: its branch"`
	RolledBackTo string         `json:"rolledBackTo,omitempty" doc:"Commit whose configuration this brings back"`
	Bulk         string         `json:"bulk,omitempty" doc:"Bulk change that it is part of"`
	Commit       string         `json:"commit,omitempty" doc:"Commit that asks for it, once there is one"`
	Reason       string         `json:"reason,omitempty" doc:"Why, in the words of who asked"`
	RequestedBy  string         `json:"requestedBy" doc:"E-mail of who asked"`
	Sealed       []byte         `json:"-"` // what is to be sent, sealed; dropped once GitLab has accepted it
	SealedParts  int            `json:"-"` // how many items hold it instead, when it is large
	SentAt       time.Time      `json:"-"` // when sending began; set before GitLab is called
	Pipelines    []int64        `json:"pipelines,omitempty" doc:"Its pipelines: trigger, deploying, child"`
	Detail       string         `json:"detail,omitempty" doc:"What happened, with the cure when it failed"`
	RequestedAt  time.Time      `json:"requestedAt"`
	AcceptedAt   time.Time      `json:"acceptedAt,omitzero"`
	RunningAt    time.Time      `json:"runningAt,omitzero"`
	EndedAt      time.Time      `json:"endedAt,omitzero"`
}
