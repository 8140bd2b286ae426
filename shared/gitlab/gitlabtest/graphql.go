package gitlabtest

func (s *Server) graphqlRoutes() {}
