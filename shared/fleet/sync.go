package fleet

import (
	"time"
)

// Observation is when a cluster last told what it runs. It is apart from the
// cluster's chunk, which changes only when what is told does.
type Observation struct {
	Project string    `json:"project"`
	At      time.Time `json:"at"`
}

// SyncRecord is what one sync leaves for the next.
type SyncRecord struct {
	Project string    `json:"project"`
	State   SyncState `json:"state"`
	// ReadFor is the project's UpdatedAt that the facts were read with: what an
	// operator overrides shows without a commit.
	ReadFor time.Time `json:"readFor,omitzero"`
	// ReadBy names the tables of package openedx that the facts were read with. A release
	// that masks or judges otherwise reads the files again.
	ReadBy string `json:"readBy,omitempty"`
	// PipelinesSince is GitLab's time up to which all pipelines are known.
	PipelinesSince time.Time `json:"pipelinesSince,omitzero"`
	// Locked is whether the token could read but not push. GitLab says so with the
	// head, of an archived project too.
	Locked bool `json:"locked,omitempty"`
	// Refusal is the last error that does not pass by itself, while it lasts.
	Refusal string `json:"refusal,omitempty"`
	// TurnedAt is when Refusal, Locked or SilentSince last changed: the checks of before
	// may be wrong by now.
	TurnedAt time.Time `json:"turnedAt,omitzero"`
	// Unheard are pipelines that ended and that no webhook has told of, yet, with when
	// that was found. SilentSince is when the first ended that none told of in time; zero
	// when they come.
	Unheard     map[int64]time.Time `json:"unheard,omitempty"`
	SilentSince time.Time           `json:"silentSince,omitzero"`
	// Watched are the pipelines that moved when they were last heard of.
	Watched map[int64]Watch `json:"watched,omitempty"`
	// Fence is the token of the lease under which this was found.
	Fence int64 `json:"fence,omitempty"`
	// Published is the version of the chunk that all replicas were told about.
	Published int64 `json:"published,omitempty"`
}

// Watch is what is known of a pipeline that moves, by Ocim's clock.
type Watch struct {
	Heard   time.Time `json:"heard"`            // when GitLab last told of it
	Missing time.Time `json:"missing,omitzero"` // since when GitLab says that there is none
}
