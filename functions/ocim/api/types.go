package api

// These types hold what the command line uses of the API's schemas, under the schemas'
// own names. Times are RFC 3339.

// InstancePage is one page of the list of instances.
type InstancePage struct {
	Instances []Instance `json:"instances"`
	Next      string     `json:"next,omitempty"`
	Total     int64      `json:"total"`
}

// Instance is one row of the list.
type Instance struct {
	Name      string           `json:"name"`
	Cluster   string           `json:"cluster"`
	Lifecycle string           `json:"lifecycle"`
	Release   string           `json:"release,omitempty"`
	LMSURL    string           `json:"lmsUrl,omitempty"`
	StudioURL string           `json:"studioUrl,omitempty"`
	ChangedAt string           `json:"changedAt,omitempty"`
	ChangedBy string           `json:"changedBy,omitempty"`
	Health    HealthState      `json:"health"`
	Drift     *Drift           `json:"drift,omitempty"`
	Pipeline  *PipelineSummary `json:"pipeline,omitempty"`
	Problems  []FileProblem    `json:"problems,omitempty"`
}

// HealthState is how an instance is, and since when.
type HealthState struct {
	State    string `json:"state"`
	At       string `json:"at,omitempty"`
	Reason   string `json:"reason,omitempty"`
	NextStep string `json:"nextStep,omitempty"`
}

// Drift says where an instance runs differently from what was deployed.
type Drift struct {
	Reason string `json:"reason"`
	At     string `json:"at"`
}

// PipelineSummary is the latest pipeline that deploys an instance.
type PipelineSummary struct {
	ID     int64  `json:"id"`
	Status string `json:"status"`
	WebURL string `json:"webUrl,omitempty"`
}

// FileProblem is something wrong with a file of an instance.
type FileProblem struct {
	File    string `json:"file"`
	Line    int64  `json:"line,omitempty"`
	Message string `json:"message"`
}

// InstanceDetails is everything about one instance.
type InstanceDetails struct {
	Instance   Instance    `json:"instance"`
	Files      *Files      `json:"files,omitempty"`
	Operations []Operation `json:"operations"`
	Pipelines  []Pipeline  `json:"pipelines"`
}

// Files is an instance's configuration at a commit.
type Files struct {
	Commit string `json:"commit"`
	Files  []File `json:"files"`
}

// File is one file, with secrets masked.
type File struct {
	Path string `json:"path"`
	Text string `json:"text"`
}

// Operation is something that was requested of an instance or a cluster.
type Operation struct {
	ID          string `json:"id"`
	Cluster     string `json:"cluster"`
	Instance    string `json:"instance"`
	Kind        string `json:"kind"`
	State       string `json:"state"`
	Detail      string `json:"detail,omitempty"`
	Reason      string `json:"reason,omitempty"`
	Commit      string `json:"commit,omitempty"`
	RequestedAt string `json:"requestedAt"`
	RequestedBy string `json:"requestedBy"`
	EndedAt     string `json:"endedAt,omitempty"`
}

// OperationPage is an operation with its pipelines.
type OperationPage struct {
	Operation Operation  `json:"operation"`
	Ahead     int64      `json:"ahead"`
	Pipelines []Pipeline `json:"pipelines"`
}

// Pipeline is a pipeline at GitLab; in lists it comes without stages.
type Pipeline struct {
	ID         int64   `json:"id"`
	Status     string  `json:"status"`
	Ref        string  `json:"ref"`
	WebURL     string  `json:"webUrl,omitempty"`
	FinishedAt string  `json:"finishedAt,omitempty"`
	Stages     []Stage `json:"stages,omitempty"`
}

// PipelinePage is a pipeline with its jobs.
type PipelinePage struct {
	Pipeline Pipeline `json:"pipeline"`
}

// Stage is a group of jobs.
type Stage struct {
	Name string `json:"name"`
	Jobs []Job  `json:"jobs"`
}

// Job is one job of a pipeline.
type Job struct {
	ID        int64  `json:"id"`
	Name      string `json:"name"`
	Status    string `json:"status"`
	StartedAt string `json:"startedAt,omitempty"`
}

// LogPart is a part of a job's log.
type LogPart struct {
	Text string `json:"text"`
	Next int64  `json:"next"`
	More bool   `json:"more"`
}

// OperationRequest is what is requested.
type OperationRequest struct {
	Kind       string         `json:"kind"`
	Instance   string         `json:"instance,omitempty"`
	Overrides  map[string]any `json:"overrides,omitempty"`
	Changes    []Change       `json:"changes,omitempty"`
	RollBackTo string         `json:"rollBackTo,omitempty"`
	Reason     string         `json:"reason,omitempty"`
}

// Change sets or removes one key of a file.
type Change struct {
	File  string   `json:"file"`
	Path  []string `json:"path"`
	Value any      `json:"value,omitempty"`
	Unset bool     `json:"unset,omitempty"`
}

// StartInputBody is a request together with the hash of its preview.
type StartInputBody struct {
	OperationRequest
	PreviewHash string `json:"previewHash"`
	Confirm     string `json:"confirm,omitempty"`
}

// Preview is what an operation would do.
type Preview struct {
	Kind     string       `json:"kind"`
	Hash     string       `json:"hash,omitempty"`
	Confirm  string       `json:"confirm,omitempty"`
	Files    []FileChange `json:"files"`
	Effects  []Effect     `json:"effects"`
	Warnings []Warning    `json:"warnings"`
}

// FileChange is a file that would change in git.
type FileChange struct {
	Action   string `json:"action"`
	Path     string `json:"path"`
	Instance string `json:"instance"`
	Diff     string `json:"diff,omitempty"`
}

// Effect is a consequence of a change.
type Effect struct {
	Effect string `json:"effect"`
	Text   string `json:"text"`
}

// Warning is something to know before an operation is started; a blocking one refuses
// it.
type Warning struct {
	Code     string `json:"code"`
	Message  string `json:"message"`
	Blocking bool   `json:"blocking"`
}

// BulkRequest requests the same change of several instances.
type BulkRequest struct {
	Kind       string   `json:"kind"`
	Changes    []Change `json:"changes,omitempty"`
	Targets    []Target `json:"targets"`
	Batch      int64    `json:"batch,omitempty"`
	PauseAfter int64    `json:"pauseAfter,omitempty"`
	Reason     string   `json:"reason,omitempty"`
}

// Target is an instance of a bulk change.
type Target struct {
	Cluster  string `json:"cluster"`
	Instance string `json:"instance"`
}

// StartBulkInputBody is a bulk request together with the hash of its preview.
type StartBulkInputBody struct {
	BulkRequest
	PreviewHash string `json:"previewHash"`
}

// BulkPreview is what a bulk change would do, grouped by equal changes.
type BulkPreview struct {
	Hash     string      `json:"hash"`
	Groups   []BulkGroup `json:"groups"`
	Warnings []Warning   `json:"warnings"`
}

// BulkGroup is a group of instances that change in the same way.
type BulkGroup struct {
	Targets  []Target     `json:"targets"`
	Files    []FileChange `json:"files"`
	Effects  []Effect     `json:"effects"`
	Warnings []Warning    `json:"warnings"`
	Skipped  bool         `json:"skipped"`
}

// Bulk is a bulk change.
type Bulk struct {
	ID      string       `json:"id"`
	Kind    string       `json:"kind"`
	State   string       `json:"state"`
	Detail  string       `json:"detail,omitempty"`
	Targets []BulkTarget `json:"targets"`
}

// BulkTarget is one instance of a bulk change.
type BulkTarget struct {
	Cluster   string `json:"cluster"`
	Instance  string `json:"instance"`
	State     string `json:"state"`
	Wave      int64  `json:"wave"`
	Detail    string `json:"detail,omitempty"`
	Operation string `json:"operation,omitempty"`
}

// Problem is an error answer (RFC 9457).
type Problem struct {
	Type     string       `json:"type"`
	Title    string       `json:"title"`
	Detail   string       `json:"detail"`
	Status   int          `json:"status"`
	Instance string       `json:"instance"`
	Errors   []FieldError `json:"errors,omitempty"`
}

// FieldError says what is wrong with one input.
type FieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// VerifyAuditOutputBody is what verifying the audit log found.
type VerifyAuditOutputBody struct {
	OK      bool  `json:"ok"`
	Entries int64 `json:"entries"`
	Sealed  int64 `json:"sealed"`
	// BeforeMACs are the sealed entries that are older than MACs for each entry.
	BeforeMACs int64  `json:"beforeMacs"`
	SealedAt   string `json:"sealedAt,omitempty"`
	Problem    string `json:"problem,omitempty"`
}

// Keys is which encryption keys stored secrets need.
type Keys struct {
	Current string   `json:"current"`
	Keys    []KeyUse `json:"keys"`
}

// KeyUse is what needs an encryption key.
type KeyUse struct {
	ID            string `json:"id"`
	Current       bool   `json:"current"`
	Missing       bool   `json:"missing"`
	Credentials   int64  `json:"credentials"`
	Notifications int64  `json:"notifications"`
}

// ResealOutputBody is how many secrets were encrypted again.
type ResealOutputBody struct {
	Resealed int64 `json:"resealed"`
}

// InstallationOutputBody is how Ocim itself does.
type InstallationOutputBody struct {
	Configuration []Result `json:"configuration"`
	Health        []Result `json:"health"`
}

// Result is one thing that was checked.
type Result struct {
	Name  string `json:"name"`
	State string `json:"state"`
	Text  string `json:"text"`
}
