package fleet

// Page is what the page of an instance shows beside its row. It is kept ready in one
// item, since an open page asks again every few seconds.
type Page struct {
	Files      *Files      `json:"files,omitempty"` // nil while it is not in git
	Pipelines  []Pipeline  `json:"pipelines"`       // the newest ones about it, without their jobs
	Operations []Operation `json:"operations"`      // the newest ones about it, without what only sending needs
}
