package fleet

import "slices"

// Lifecycle is what git says should be true of an instance or a cluster.
type Lifecycle string

// The lifecycles.
const (
	Pending  Lifecycle = "pending"  // requested; its first deployment has not succeeded yet
	Active   Lifecycle = "active"   // in git, and deployed
	Archived Lifecycle = "archived" // taken out of git by an archive operation
	Deleted  Lifecycle = "deleted"  // taken out of git otherwise
)

// Health is what the cluster says of an instance.
type Health string

// The healths, from best to worst; Unknown says nothing.
const (
	Healthy     Health = "healthy"
	Progressing Health = "progressing"
	Degraded    Health = "degraded"
	Failed      Health = "failed"
	Unknown     Health = "unknown"
)

// Healths lists every health from best to worst, Unknown last.
func Healths() []Health { return []Health{Healthy, Progressing, Degraded, Failed, Unknown} }

// PipelineStatus is a status as GitLab spells it. One that Ocim does not know
// is kept and counts as neither running nor finished.
type PipelineStatus string

// The statuses GitLab has.
const (
	StatusCreated            PipelineStatus = "created"
	StatusWaitingForResource PipelineStatus = "waiting_for_resource"
	StatusPreparing          PipelineStatus = "preparing"
	StatusWaitingForCallback PipelineStatus = "waiting_for_callback"
	StatusPending            PipelineStatus = "pending"
	StatusRunning            PipelineStatus = "running"
	StatusSuccess            PipelineStatus = "success"
	StatusFailed             PipelineStatus = "failed"
	StatusCanceling          PipelineStatus = "canceling"
	StatusCanceled           PipelineStatus = "canceled"
	StatusSkipped            PipelineStatus = "skipped"
	StatusManual             PipelineStatus = "manual"
	StatusScheduled          PipelineStatus = "scheduled"
)

// StatusDeleted is Ocim's own: GitLab has the pipeline no more, and had not
// finished it when Ocim last read it.
const StatusDeleted PipelineStatus = "deleted"

// Finished reports whether the status is final. A retry can still
// reopen the pipeline.
func (s PipelineStatus) Finished() bool {
	switch s {
	case StatusSuccess, StatusFailed, StatusCanceled, StatusSkipped, StatusDeleted:
		return true
	}
	return false
}

// Moving reports whether GitLab is working on it or about to.
func (s PipelineStatus) Moving() bool { return slices.Contains(MovingStatuses(), s) }

// MovingStatuses lists the statuses of Moving.
func MovingStatuses() []PipelineStatus {
	return []PipelineStatus{
		StatusCreated, StatusWaitingForResource, StatusPreparing, StatusWaitingForCallback, StatusPending, StatusRunning, StatusCanceling,
	}
}

// OperationKind is what an operation does to an instance or a cluster.
type OperationKind string

// The operations of the contract with Grove.
const (
	Create      OperationKind = "create"
	Update      OperationKind = "update"
	Archive     OperationKind = "archive"
	Unarchive   OperationKind = "unarchive"
	Delete      OperationKind = "delete"
	BuildImages OperationKind = "buildImages"
	Reprovision OperationKind = "reprovision"
)

// OperationKinds lists every kind.
func OperationKinds() []OperationKind {
	return []OperationKind{Create, Update, Archive, Unarchive, Delete, BuildImages, Reprovision}
}

// OperationState is how far an operation has come.
type OperationState string

// The states. Requested is stored but not yet accepted by GitLab; it waits
// while another operation of its cluster runs.
const (
	Requested OperationState = "requested"
	Accepted  OperationState = "accepted"  // GitLab answered the request
	Running   OperationState = "running"   // a pipeline of it moves
	Succeeded OperationState = "succeeded" // its deploying pipeline succeeded
	Broken    OperationState = "failed"    // GitLab refused it, or a pipeline failed
	Canceled  OperationState = "canceled"  // withdrawn, or its pipeline was canceled
)

// UnmarshalText reads a stored state; releases before 2026-12 wrote "live" for Succeeded.
func (s *OperationState) UnmarshalText(text []byte) error {
	*s = OperationState(text)
	if *s == "live" {
		*s = Succeeded
	}
	return nil
}

// Ended reports whether the operation needs no more attention.
func (s OperationState) Ended() bool { return s == Succeeded || s == Broken || s == Canceled }
