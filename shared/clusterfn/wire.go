package clusterfn

import "time"

// Function is the inspector's name in OpenFaaS.
const Function = "inspector"

// Bounds of the inspector's answers.
const (
	MaxFindings  = 20   // of one instance or pod
	MaxEvents    = 200  // of one instance
	MaxLines     = 2000 // of a log
	DefaultLines = 200  // of a log
	MaxLine      = 4096 // bytes of a line
	MaxLog       = 256 << 10
	MaxMessage   = 500 // bytes of what Kubernetes says somewhere
)

// Health is how something in a cluster is. The contract has its own words, since a
// cluster's inspector and Ocim may be of different releases: Ocim keeps them as they are.
type Health string

// The healths, from best to worst; Unknown says nothing.
const (
	Healthy     Health = "healthy"
	Progressing Health = "progressing"
	Degraded    Health = "degraded"
	Failed      Health = "failed"
	Unknown     Health = "unknown"
)

// InstanceList is every instance that a cluster runs.
type InstanceList struct {
	At        time.Time  `json:"at" doc:"When the cluster was read"`
	Instances []Instance `json:"instances" doc:"By name"`
	Scaling   bool       `json:"scaling,omitempty" doc:"Whether workloads include their autoscalers"`
	Unread    []Unread   `json:"unread,omitempty" doc:"What could not be read and is missing here"`
}

// Unread is a kind of object that the inspector could not list.
type Unread struct {
	Kind   string `json:"kind" example:"events"`
	Reason string `json:"reason" doc:"Why, with its cure"`
}

// Instance is one instance as it runs.
type Instance struct {
	Name      string     `json:"name" doc:"Its namespace"`
	Health    Health     `json:"health" enum:"healthy,progressing,degraded,failed,unknown"`
	Reason    string     `json:"reason,omitempty" doc:"The worst finding, for a person"`
	NextStep  string     `json:"nextStep,omitempty" doc:"What to do about it"`
	Findings  []Finding  `json:"findings,omitempty" doc:"Worst first, at most 20"`
	Pods      int        `json:"pods" doc:"Pods that should run; finished jobs do not count"`
	Ready     int        `json:"ready" doc:"Those of them that are ready"`
	Restarts  int        `json:"restarts" doc:"Of all containers since their pods began"`
	Workloads []Workload `json:"workloads,omitempty" doc:"Its Deployments, by name"`
	CreatedAt time.Time  `json:"createdAt,omitzero"`
}

// Workload is a Deployment in one line: what drift is found with.
type Workload struct {
	Name    string   `json:"name" example:"lms"`
	Images  []string `json:"images" doc:"Of its containers, in their order"`
	Desired int      `json:"desired"`
	Ready   int      `json:"ready"`
	Scaled  *Scaled  `json:"scaled,omitempty" doc:"By its autoscaler; absent without one"`
}

// Scaled is between how many replicas an autoscaler keeps a Deployment.
type Scaled struct {
	Min int `json:"min"`
	Max int `json:"max"`
}

// Code identifies the kind of a finding.
type Code string

// The codes, as the reason table has them.
const (
	CrashLoop       Code = "crashLoop"
	ImagePull       Code = "imagePull"
	OOMKilled       Code = "oomKilled"
	Unschedulable   Code = "unschedulable"
	LivenessProbe   Code = "livenessProbe"
	ReadinessProbe  Code = "readinessProbe"
	StartupProbe    Code = "startupProbe"
	InitFailed      Code = "initFailed"
	JobFailed       Code = "jobFailed"
	JobBlocked      Code = "jobBlocked"
	JobStuck        Code = "jobStuck"
	CannotScale     Code = "cannotScale"
	Quota           Code = "quota"
	ConfigError     Code = "configError"
	Evicted         Code = "evicted"
	PodFailed       Code = "podFailed"
	Restarted       Code = "restarted"
	NotReady        Code = "notReady"
	NodeLost        Code = "nodeLost"
	Starting        Code = "starting"
	StuckStarting   Code = "stuckStarting"
	Terminating     Code = "terminating"
	StuckDeleting   Code = "stuckTerminating"
	RollingOut      Code = "rollingOut"
	RolloutStuck    Code = "rolloutStuck"
	ReplicasMissing Code = "replicasMissing"
	ScaledToZero    Code = "scaledToZero"
	NothingDeployed Code = "nothingDeployed"
)

// Finding is one thing that is wrong or not finished.
type Finding struct {
	Code      Code      `json:"code" example:"crashLoop"`
	Health    Health    `json:"health" enum:"progressing,degraded,failed,unknown"`
	Workload  string    `json:"workload,omitempty" doc:"Deployment or Job it is about"`
	Pod       string    `json:"pod,omitempty"`
	Container string    `json:"container,omitempty"`
	Reason    string    `json:"reason" doc:"One sentence for a person; the same for as long as nothing changes"`
	Since     time.Time `json:"since,omitzero" doc:"When it began; of a container that runs again, when it crashed"`
	NextStep  string    `json:"nextStep" doc:"What to do about it"`
	Count     int       `json:"count,omitempty" doc:"How many pods it is about, when there are several"`
}

// PodList is every pod of an instance.
type PodList struct {
	At   time.Time `json:"at"`
	Pods []Pod     `json:"pods" doc:"By workload and name"`
}

// Pod is one pod.
type Pod struct {
	Name       string      `json:"name"`
	Workload   string      `json:"workload,omitempty" doc:"Deployment, Job or other owner"`
	Kind       string      `json:"kind,omitempty" doc:"Kind of the owner" example:"Deployment"`
	Phase      string      `json:"phase" enum:"Pending,Running,Succeeded,Failed,Unknown"`
	Reason     string      `json:"reason,omitempty" doc:"Kubernetes' word for the phase, such as Evicted"`
	Message    string      `json:"message,omitempty"`
	Health     Health      `json:"health" enum:"healthy,progressing,degraded,failed,unknown"`
	Findings   []Finding   `json:"findings,omitempty" doc:"Worst first"`
	Ready      bool        `json:"ready"`
	Restarts   int         `json:"restarts"`
	Node       string      `json:"node,omitempty"`
	CreatedAt  time.Time   `json:"createdAt" doc:"Its age begins here"`
	DeletedAt  time.Time   `json:"deletedAt,omitzero" doc:"By when it should be gone, once it is being deleted"`
	Scheduling string      `json:"scheduling,omitempty" doc:"Why no node takes it"`
	Containers []Container `json:"containers"`
	Requests   Resources   `json:"requests" doc:"Sum over its containers"`
	Limits     Resources   `json:"limits" doc:"Sum over its containers; 0 is no limit"`
}

// Container is one container of a pod.
type Container struct {
	Name       string       `json:"name"`
	Init       bool         `json:"init,omitempty" doc:"Runs to its end before the others start"`
	Image      string       `json:"image"`
	State      string       `json:"state" enum:"waiting,running,terminated,unknown"`
	Reason     string       `json:"reason,omitempty" doc:"Kubernetes' word for the state" example:"CrashLoopBackOff"`
	Message    string       `json:"message,omitempty"`
	ExitCode   int          `json:"exitCode,omitempty"`
	StartedAt  time.Time    `json:"startedAt,omitzero"`
	FinishedAt time.Time    `json:"finishedAt,omitzero"`
	Ready      bool         `json:"ready"`
	Started    bool         `json:"started" doc:"Its startup probe passed, or it has none"`
	Restarts   int          `json:"restarts"`
	Last       *Termination `json:"last,omitempty" doc:"How it ended the time before"`
	Requests   Resources    `json:"requests"`
	Limits     Resources    `json:"limits"`
}

// Termination is how a container ended.
type Termination struct {
	Reason     string    `json:"reason,omitempty" example:"OOMKilled"`
	Message    string    `json:"message,omitempty"`
	ExitCode   int       `json:"exitCode"`
	StartedAt  time.Time `json:"startedAt,omitzero"`
	FinishedAt time.Time `json:"finishedAt,omitzero"`
}

// Resources are amounts of a node's resources.
type Resources struct {
	CPUMillis   int64 `json:"cpuMillis" doc:"Thousandths of a core"`
	MemoryBytes int64 `json:"memoryBytes"`
	Pods        int64 `json:"pods,omitempty" doc:"Of nodes only"`
}

// Add gives the sum.
func (r Resources) Add(o Resources) Resources {
	return Resources{CPUMillis: r.CPUMillis + o.CPUMillis, MemoryBytes: r.MemoryBytes + o.MemoryBytes, Pods: r.Pods + o.Pods}
}

// Replication is how an instance's pods are multiplied.
type Replication struct {
	At          time.Time    `json:"at"`
	Deployments []Deployment `json:"deployments" doc:"By name"`
	Autoscalers []Autoscaler `json:"autoscalers" doc:"By name"`
	Unread      []Unread     `json:"unread,omitempty"`
}

// Deployment is one Deployment, StatefulSet or DaemonSet with its replicas.
type Deployment struct {
	Name        string    `json:"name" example:"lms"`
	Kind        string    `json:"kind,omitempty" enum:"StatefulSet,DaemonSet" doc:"Absent for a Deployment"`
	Health      Health    `json:"health" enum:"healthy,progressing,degraded,failed,unknown"`
	Findings    []Finding `json:"findings,omitempty"`
	Images      []string  `json:"images"`
	Desired     int       `json:"desired"`
	Updated     int       `json:"updated" doc:"Replicas of the latest template"`
	Ready       int       `json:"ready"`
	Available   int       `json:"available" doc:"Ready for long enough to count"`
	Unavailable int       `json:"unavailable"`
	Observed    bool      `json:"observed" doc:"Kubernetes has seen the latest change"`
	Rollout     string    `json:"rollout,omitempty" doc:"Kubernetes' word for the rollout" example:"ProgressDeadlineExceeded"`
	Failure     string    `json:"failure,omitempty" doc:"Why replicas cannot be made"`
	CreatedAt   time.Time `json:"createdAt"`
}

// Autoscaler is a HorizontalPodAutoscaler.
type Autoscaler struct {
	Name     string    `json:"name" example:"lms-hpa"`
	Target   string    `json:"target" doc:"Deployment that it scales"`
	Min      int       `json:"min"`
	Max      int       `json:"max"`
	Current  int       `json:"current"`
	Desired  int       `json:"desired"`
	Metrics  []Metric  `json:"metrics"`
	Problem  string    `json:"problem,omitempty" doc:"Why it cannot scale"`
	ScaledAt time.Time `json:"scaledAt,omitzero"`
}

// Metric is what an autoscaler scales by.
type Metric struct {
	Name    string `json:"name" example:"cpu"`
	Current string `json:"current,omitempty" doc:"Absent while it is not known" example:"63%"`
	Target  string `json:"target" example:"80%"`
}

// Job is a Kubernetes Job. It is judged, but not part of an answer.
type Job struct {
	Name      string
	Group     string // what it is a run of: its CronJob, or its name without the time in it
	CronJob   bool   // a CronJob makes its runs
	Active    int
	Complete  bool
	Failed    bool
	Reason    string // Kubernetes' word for the failure
	Message   string
	CreatedAt time.Time
}

// NodeList is every node of a cluster.
type NodeList struct {
	At    time.Time `json:"at"`
	Nodes []Node    `json:"nodes" doc:"By name"`
}

// Node is one machine of a cluster.
type Node struct {
	Name        string    `json:"name"`
	Health      Health    `json:"health" enum:"healthy,degraded,failed,unknown"`
	Reason      string    `json:"reason,omitempty"`
	NextStep    string    `json:"nextStep,omitempty"`
	Cordoned    bool      `json:"cordoned,omitempty" doc:"Takes no new pods"`
	Size        string    `json:"size,omitempty" doc:"Machine type" example:"m6i.xlarge"`
	Zone        string    `json:"zone,omitempty"`
	Version     string    `json:"version,omitempty" doc:"Of its kubelet"`
	Capacity    Resources `json:"capacity"`
	Allocatable Resources `json:"allocatable" doc:"What pods may have of it"`
	Requested   Resources `json:"requested" doc:"What its pods request"`
	CreatedAt   time.Time `json:"createdAt"`
}

// EventList is recent warnings, newest first.
type EventList struct {
	At     time.Time `json:"at"`
	Events []Event   `json:"events"`
	Unread []Unread  `json:"unread,omitempty"`
}

// Event is a warning of Kubernetes.
type Event struct {
	Instance string    `json:"instance,omitempty"`
	Kind     string    `json:"kind" doc:"Kind of the object it is about" example:"Pod"`
	Object   string    `json:"object" doc:"Name of that object"`
	Part     string    `json:"part,omitempty" doc:"Container of that pod"`
	Reason   string    `json:"reason" example:"BackOff"`
	Message  string    `json:"message"`
	Count    int       `json:"count"`
	FirstAt  time.Time `json:"firstAt,omitzero"`
	At       time.Time `json:"at" doc:"When it last happened"`
}

// Log is the last lines of a container's log.
type Log struct {
	At         time.Time `json:"at"`
	Pod        string    `json:"pod"`
	Container  string    `json:"container"`
	Containers []string  `json:"containers" doc:"Containers of the pod that have logs"`
	Previous   bool      `json:"previous" doc:"The container before the last restart"`
	Lines      []Line    `json:"lines" doc:"Oldest first"`
	Truncated  bool      `json:"truncated" doc:"There is more before the first line"`
}

// Line is one line of a log.
type Line struct {
	At   time.Time `json:"at,omitzero"`
	Text string    `json:"text"`
}

// LogQuery says which log is wanted.
type LogQuery struct {
	Pod       string
	Container string // empty is the pod's first
	Previous  bool   // of the container before the last restart
	Lines     int    // 0 is DefaultLines; at most MaxLines
}
