package demo

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
)

const day = 24 * time.Hour

var people = []gitlabtest.Author{
	{Name: "Tomás Aldana", Email: "tomas.aldana@example.org"},
	{Name: "Maya Fernandes", Email: "maya.fernandes@example.org"},
	{Name: "Jun Okabe", Email: "jun.okabe@example.org"},
	{Name: "Sofie Lindqvist", Email: "sofie.lindqvist@example.org"},
	{Name: "Amara Diallo", Email: "amara.diallo@example.com"},
	{Name: "Piotr Zawadzki", Email: "piotr.zawadzki@example.com"},
}

// Seed fills a server with the demonstration, once: on a server that has it
// already, such as one that was restarted on its folder, it only makes sure of
// the token.
func Seed(s *gitlabtest.Server) error {
	s.AddToken(gitlabtest.TokenSpec{Value: Token, Name: "ocim demonstration"})
	if err := seed(s, Clusters(), (*story).write); err != nil {
		return err
	}
	return seed(s, []Cluster{Spare()}, (*story).writeSpare)
}

// seed makes clusters, unless they are there.
func seed(s *gitlabtest.Server, clusters []Cluster, write func(*story)) error {
	if _, seeded := s.Project(strconv.Itoa(clusters[0].ID)); seeded {
		return s.Err()
	}
	err := s.Batch(func(b *gitlabtest.Batch) { write(newStory(b)) })
	if err != nil {
		return fmt.Errorf("seeding the demonstration: %w", err)
	}
	for _, c := range clusters {
		s.AddTriggerToken(c.ID, c.TriggerToken)
	}
	return s.Err()
}

// event is something that happened some time ago.
type event struct {
	ago time.Duration
	do  func()
}

// story collects events and then lets them happen in order.
type story struct {
	b      *gitlabtest.Batch
	now    time.Time
	events []event
	nextID int // of deployments
}

func newStory(b *gitlabtest.Batch) *story { return &story{b: b, now: b.Now(), nextID: 1000} }

func (st *story) on(ago time.Duration, do func()) { st.events = append(st.events, event{ago, do}) }

// during spreads a name's events over the working hours of their day.
func during(name string, days int) time.Duration {
	n := 0
	for _, r := range name {
		n = (n*31 + int(r)) % 540
	}
	return time.Duration(days)*day + time.Duration(n)*time.Minute
}

func author(name string, n int) gitlabtest.Author {
	return people[(len(name)+int(name[0])+n)%len(people)]
}

func (st *story) write() {
	for _, p := range people {
		st.b.AddUser(gitlabtest.UserSpec{Username: p.Email[:len(p.Email)-len("@example.org")], Name: p.Name, Email: p.Email})
	}
	tables := [][]instance{campus, academy, lab}
	for i, c := range Clusters() {
		st.settle(c, tables[i])
	}
	st.incidents(Clusters())
	st.departures(Clusters())
	st.happen()
	st.present(Clusters()[2])
}

func (st *story) writeSpare() {
	st.settle(Spare(), guild)
	st.happen()
}

// happen lets what was collected happen in order.
func (st *story) happen() {
	slices.SortStableFunc(st.events, func(a, b event) int { return cmp.Compare(b.ago, a.ago) })
	for _, e := range st.events {
		st.b.At(st.now.Add(-e.ago))
		e.do()
	}
}

// settle makes a cluster and the life of its instances.
func (st *story) settle(c Cluster, table []instance) {
	const founded = 390
	files := c.files()
	for _, i := range table {
		if i.age > founded {
			maps.Copy(files, i.folder(c))
		}
	}
	st.on(founded*day, func() {
		st.b.AddProject(gitlabtest.ProjectSpec{ID: c.ID, Path: c.Path, Name: c.Name, Files: files, At: st.b.Now(), Author: people[0]})
	})
	for _, i := range table {
		if i.age <= founded {
			st.create(c, i, i.age)
		}
		if last := min(i.age, 200); last > 10 && len(i.name)%3 == 0 {
			st.update(c, i, last/2, "SESSION_COOKIE_AGE: 1209600", "Keep learners signed in for two weeks.", nil)
		}
	}
	st.on(during(c.Name, 150), func() {
		st.commit(c, people[2], "[AutoDeploy][Build][Image] https://github.com/openedx/edx-platform|release/teak.3", nil)
	})
	st.on(during(c.Name, 61), func() {
		st.commit(c, people[0], "[AutoDeploy][Infrastructure] Upgrade Kubernetes to 1.31", map[string]string{"infrastructure/versions.tf": "kubernetes_version = \"1.31\"\n"})
	})
	st.on(during(c.Name, 33), func() {
		st.commit(c, people[3], "Explain how to restore a backup", map[string]string{"README.md": c.files()["README.md"] + "\n## Backups\n\nEvery night; ask on call to restore one.\n"})
	})
}

// create deploys an instance by trigger; the day after, somebody completes its
// configuration.
func (st *story) create(c Cluster, i instance, days int) {
	id := st.deployment()
	st.on(during(i.name, days), func() { st.trigger(c, i, id) })
	if days > 1 {
		st.on(during(i.name, days-1), func() {
			st.commit(c, author(i.name, 1), fmt.Sprintf("[AutoDeploy][Update] %s|%s\n\nComplete the configuration.", i.name, st.deployment()), i.folder(c))
		})
	}
}

func (st *story) deployment() string {
	st.nextID++
	return strconv.Itoa(st.nextID)
}

func (st *story) trigger(c Cluster, i instance, id string) {
	st.b.Trigger(c.ID, map[string]string{"INSTANCE_NAME": i.name, "DEPLOYMENT_REQUEST_ID": id, "NEW_INSTANCE_TRIGGER": "1"}, map[string]any{
		"TUTOR_LMS_HOST": i.domain, "TUTOR_CMS_HOST": "studio." + i.domain, "TUTOR_MFE_HOST": "apps." + i.domain,
		"TUTOR_PLATFORM_NAME": i.platform, "TUTOR_CONTACT_EMAIL": "support@" + i.domain,
		"TUTOR_OPENEDX_COMMON_VERSION": releases[i.release].common, "TUTOR_EDX_PLATFORM_VERSION": releases[i.release].common,
	})
}

func (st *story) commit(c Cluster, by gitlabtest.Author, message string, files map[string]string) {
	st.b.Commit(c.ID, gitlabtest.CommitSpec{Message: message, Author: by, Files: files, At: st.b.Now()})
}
