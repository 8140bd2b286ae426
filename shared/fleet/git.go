package fleet

import (
	"time"
)

// Commit is a commit of a project's repository.
type Commit struct {
	SHA       string    `json:"sha"`
	Title     string    `json:"title"`
	Message   string    `json:"message"`
	Author    string    `json:"author"`
	Parents   []string  `json:"parents,omitempty"`
	CreatedAt time.Time `json:"createdAt"`
	WebURL    string    `json:"webUrl,omitempty"`
}

// Head is the newest commit of a branch.
type Head struct {
	Commit
	Locked bool // the token may not push to the branch: of an archived project, no one may
}

// SourceFile is a file of the repository as git has it, secrets and all. It
// never leaves the backend and is never stored.
type SourceFile struct {
	Path       string
	Text       []byte
	LastCommit string // commit that last changed it; empty when not requested
}
