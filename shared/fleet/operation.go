package fleet

import (
	"slices"
	"time"

	"github.com/open-craft/ocim/shared/access"
)

// KeyChange is what one key of a YAML file changes from and to.
type KeyChange struct {
	Key    string `json:"key" example:"LANGUAGE_CODE"`
	Before string `json:"before,omitempty" doc:"As YAML; absent when the key is new"`
	After  string `json:"after,omitempty" doc:"As YAML; absent when the key is removed"`
}

// FileChange is what an operation does to one file, secrets masked.
type FileChange struct {
	Path     string      `json:"path" example:"instances/demo/config.yml"`
	Action   string      `json:"action" enum:"create,update,delete"`
	Instance string      `json:"instance"`
	Diff     string      `json:"diff,omitempty" doc:"Unified diff with secrets masked; may be cut"`
	Keys     []string    `json:"keys,omitempty" doc:"Keys of the root that change, of a YAML file"`
	Values   []KeyChange `json:"values,omitempty" doc:"What these keys change from and to, secrets masked; long ones are cut"`
	Secrets  []string    `json:"secrets,omitempty" doc:"Those among them whose change the diff cannot show"`
}

// Detail is what an operation changes, kept apart since lists do not need it.
type Detail struct {
	Files   []FileChange `json:"files"`
	Request string       `json:"request,omitempty"` // to GitLab, as JSON, secrets masked
}

// WaitKind is what a waiting operation waits for besides its place in the queue.
type WaitKind string

// The kinds.
const (
	WaitLimit      WaitKind = "limit"      // of GitLab; Ocim sends the operation again at RetryAt
	WaitSetting    WaitKind = "setting"    // that a person has to change
	WaitPermission WaitKind = "permission" // the requester lost the role
)

// Rollback gives the commit that a rollback goes back to, and "" for all else;
// an unarchive brings back a configuration, too, and is none.
func (o *Operation) Rollback() string {
	if o.Kind != Update {
		return ""
	}
	return o.RolledBackTo
}

// All gives the instances of an operation with their deployment ids.
func (o *Operation) All() []Deployment {
	if len(o.Deployments) > 0 {
		return o.Deployments
	}
	return []Deployment{{Instance: o.Instance, ID: o.DeploymentID}}
}

// AddDuplicate records a pipeline that was started a second time.
func (o *Operation) AddDuplicate(id int64) bool {
	if slices.Contains(o.Duplicates, id) {
		return false
	}
	o.Duplicates = append(o.Duplicates, id)
	return true
}

// AddPipeline notes that a pipeline belongs to the operation.
func (o *Operation) AddPipeline(id int64) bool {
	if slices.Contains(o.Pipelines, id) {
		return false
	}
	o.Pipelines = append(o.Pipelines, id)
	slices.Sort(o.Pipelines)
	return true
}

// Protection keeps an instance from being archived, deleted or reprovisioned.
type Protection struct {
	Instance  string    `json:"instance"`
	Protected bool      `json:"protected"`
	By        string    `json:"by,omitempty" doc:"E-mail of who set it last"`
	At        time.Time `json:"at,omitzero"`
	Reason    string    `json:"reason,omitempty"`
}

// Operation is something a person requested, from the request to its end.
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
	Commit       string         `json:"commit,omitempty" doc:"Commit that requests the operation, once there is one"`
	Reason       string         `json:"reason,omitempty" doc:"Why, in the words of who asked"`
	RequestedBy  string         `json:"requestedBy" doc:"E-mail of who asked"`
	Sealed       []byte         `json:"-"` // what is to be sent, sealed; dropped once GitLab has accepted it
	SealedParts  int            `json:"-"` // how many items hold it instead, when it is large
	SentAt       time.Time      `json:"-"` // when sending began; set before GitLab is called
	By           access.Actor   `json:"-"` // who is responsible for it: the requester, or the operator who took it over
	WaitingFor   WaitKind       `json:"waitingFor,omitempty" enum:"limit,setting,permission" doc:"What a waiting operation waits for besides its place in the queue: limit is retried automatically (see retryAt), setting needs a change in GitLab or Ocim and then a resume, permission needs another operator to resume it"`
	RetryAt      time.Time      `json:"retryAt,omitzero" doc:"When Ocim retries it automatically"`
	TakenOverBy  string         `json:"takenOverBy,omitempty" doc:"E-mail of the operator who took it over"`
	Attempts     int            `json:"attempts,omitempty" doc:"How often sending it was begun; more than one after a crash or a limit"`
	Duplicates   []int64        `json:"duplicates,omitempty" doc:"Pipelines that were started a second time by a process that had been paused; Ocim cancels them, and they decide nothing"`
	Pipelines    []int64        `json:"pipelines,omitempty" doc:"Its pipelines: trigger, deploying, child"`
	Detail       string         `json:"detail,omitempty" doc:"What happened, with the cure when it failed"`
	RequestedAt  time.Time      `json:"requestedAt"`
	AcceptedAt   time.Time      `json:"acceptedAt,omitzero"`
	RunningAt    time.Time      `json:"runningAt,omitzero"`
	EndedAt      time.Time      `json:"endedAt,omitzero"`
	Trace        string         `json:"trace,omitempty" doc:"Trace of the request, as trace_id in the log; what is done for the operation later continues it"`
}
