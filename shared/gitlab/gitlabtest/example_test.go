package gitlabtest_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"strings"

	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
)

// A test starts a server, lets the code under test talk to it over HTTP, moves
// the clock and looks at what came of it.
func Example() {
	s, err := gitlabtest.New(gitlabtest.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	if err := s.Listen("127.0.0.1:0"); err != nil { // in a test, Start does all this
		log.Fatal(err)
	}
	project := s.AddProject(gitlabtest.ProjectSpec{Files: map[string]string{
		"cluster.yml":         "TF_VAR_cluster_name: test\n",
		"defaults/config.yml": "PLATFORM_NAME: Open edX\n",
	}})
	token := s.AddTriggerToken(project.ID, "")

	resp, err := http.Post(fmt.Sprintf("%s/api/v4/projects/%d/trigger/pipeline", s.URL(), project.ID), "application/json", strings.NewReader(`{
		"ref": "main", "token": "`+token+`", "TUTOR_LMS_HOST": "physics.example.org",
		"variables": {"NEW_INSTANCE_TRIGGER": "1", "INSTANCE_NAME": "Physics 101", "DEPLOYMENT_REQUEST_ID": "5"}
	}`))
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	if err := s.Settle(context.Background()); err != nil {
		log.Fatal(err)
	}
	config, _ := s.File(project.ID, "instances/physics-101/config.yml")
	fmt.Println(resp.Status)
	fmt.Print(config)
	fmt.Println(s.Counts())
	// Output:
	// 201 Created
	// PLATFORM_NAME: Open edX
	// LMS_HOST: physics.example.org
	// map[POST /api/v4/projects/{id}/trigger/pipeline:1]
}
