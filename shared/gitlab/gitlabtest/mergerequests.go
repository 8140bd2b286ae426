package gitlabtest

// mergeRequest is what Grove opens for a new instance and merges.
type mergeRequest struct {
	ID, IID             int
	State, SourceBranch string // State: opened, merged
}

func (s *Server) openMergeRequest(p *project, branch string) {
	p.RequestIID++
	mr := &mergeRequest{ID: s.take(&s.ids.MergeRequest), IID: p.RequestIID, State: "opened", SourceBranch: branch}
	p.mergeRequests[mr.IID] = mr
	s.saveProject(p)
	s.store.mark(key("mr", p.ID, mr.IID), mr)
}

func (s *Server) closeMergeRequest(p *project, mr *mergeRequest) {
	mr.State = "merged"
	s.store.mark(key("mr", p.ID, mr.IID), mr)
}

// requestFor finds the open merge request of a branch.
func (p *project) requestFor(branch string) *mergeRequest {
	for _, mr := range p.mergeRequests {
		if mr.SourceBranch == branch && mr.State == "opened" {
			return mr
		}
	}
	return nil
}
