package demo

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
)

// find gives a row of a table.
func find(table []instance, name string) instance {
	for _, i := range table {
		if i.name == name {
			return i
		}
	}
	panic("demo: no instance " + name) // the tables are constants
}

// edited is an instance's folder with one more line of configuration.
func edited(c Cluster, i instance, line string) map[string]string {
	files := i.folder(c)
	name := "instances/" + i.name + "/config.yml"
	files[name] += line + "\n"
	maps.DeleteFunc(files, func(n string, _ string) bool { return n != name })
	return files
}

// update changes an instance's configuration; outcome says how that went.
func (st *story) update(c Cluster, i instance, days int, line, why string, outcome *gitlabtest.Outcome) {
	st.on(during(i.name+line, days), func() {
		if outcome != nil {
			outcome.Project, outcome.Instance = c.ID, i.name
			st.b.Script(*outcome)
		}
		message := fmt.Sprintf("[AutoDeploy][Update] %s|%s\n\n%s", i.name, st.deployment(), why)
		st.commit(c, author(i.name, days), message, edited(c, i, line))
	})
}

// fails is an outcome for the job of an instance.
func fails(job string, i instance, log string) *gitlabtest.Outcome {
	if i.name != "" {
		job += ": [" + i.name + "]"
	}
	return &gitlabtest.Outcome{Job: job, Fail: true, Log: log}
}

// incidents are the deployments that did not go well.
func (st *story) incidents(c []Cluster) {
	aws, do, mini := c[0], c[1], c[2]

	kestrel := find(campus, "kestrel-law")
	st.update(aws, kestrel, 2, "OPENEDX_LMS_UWSGI_WORKERS: 3", "More workers for the bar exam.", fails("smoke-test", kestrel, smokeLog))
	meridian := find(campus, "meridian-nursing")
	st.update(aws, meridian, 6, "SESSION_COOKIE_AGE: 3600", "Shorter sessions, as the hospital asks.", fails("deploy-instance", meridian, rolloutLog))
	st.update(aws, meridian, 5, "SESSION_COOKIE_AGE: 7200", "Shorter sessions, second try.", nil)

	bank := find(academy, "stonebridge-bank")
	st.update(do, bank, 1, "GROVE_LMS_MAX_REPLICAS: 6", "Be ready for the annual training.", fails("deploy-instance", bank, migrationLog))
	lighthouse := find(academy, "lighthouse-charity")
	st.on(during(lighthouse.name, lighthouse.age)+time.Minute, func() {
		o := fails("terraform-plan", instance{}, lockLog)
		o.Project, o.Instance = do.ID, lighthouse.name
		st.b.Script(*o)
	})

	for _, name := range []string{"scorm-trial", "pr-36012"} {
		i := find(lab, name)
		st.on(during(i.name, i.age)+time.Minute, func() {
			o := fails("build-openedx", i, buildLog)
			o.Project, o.Instance = mini.ID, i.name
			st.b.Script(*o)
		})
	}
	st.on(during("pr-36012", 1)-time.Minute, func() { st.b.Cancel(mini.ID) })
	load := find(lab, "load-test")
	st.update(mini, load, 8, "GROVE_LMS_MIN_REPLICAS: 4", "Four replicas from the start.", nil)
	st.on(during(load.name+"GROVE_LMS_MIN_REPLICAS: 4", 8)-time.Minute, func() { st.b.Cancel(mini.ID) })

	st.on(during("multi", 75), func() {
		files := edited(do, find(academy, "paperbird"), "EMAIL_USE_TLS: true")
		maps.Copy(files, edited(do, find(academy, "safe-hands"), "EMAIL_USE_TLS: true"))
		message := fmt.Sprintf("[AutoDeploy][Update] paperbird|%s,safe-hands|%s\n\nMail goes out over TLS.", st.deployment(), st.deployment())
		st.commit(do, people[4], message, files)
	})
	st.breakConfig(mini)
}

// breakConfig leaves a config.yml that is no YAML: somebody's editor put in
// tabs.
func (st *story) breakConfig(c Cluster) {
	i := find(lab, "aspects-trial")
	st.on(during(i.name, 9), func() {
		name := "instances/" + i.name + "/config.yml"
		text := strings.Replace(i.folder(c)[name], "SITE_CONFIG:\n  PLATFORM_NAME", "SITE_CONFIG:\n\tPLATFORM_NAME", 1)
		st.commit(c, people[5], "Tidy up the Aspects trial", map[string]string{name: text})
	})
}

// departures are the instances that are gone.
func (st *story) departures(c []Cluster) {
	for _, gone := range []struct {
		cluster Cluster
		i       instance
		days    int
		trigger string
	}{
		{c[0], archivedCampus, 210, "ARCHIVE_INSTANCE_TRIGGER"},
		{c[1], archivedDo, 95, "ARCHIVE_INSTANCE_TRIGGER"},
		{c[2], deletedLab, 50, "DELETE_INSTANCE_TRIGGER"},
	} {
		st.create(gone.cluster, gone.i, gone.i.age)
		st.on(during(gone.i.name, gone.days), func() {
			st.b.Trigger(gone.cluster.ID, map[string]string{gone.trigger: "1", "INSTANCE_NAME": gone.i.name}, nil)
		})
	}
}

// present is what goes on right now: one pipeline runs, another waits for a
// runner. Both end within an hour of GitLab's time; until then what is asked of the
// cluster waits.
// What is to come, once: the next deployment of redwood-regression fails, and that
// of load-test hangs.
func (st *story) present(c Cluster) {
	sandbox, teak := find(lab, "sandbox"), find(lab, "teak-regression")
	st.b.At(st.now.Add(-90 * time.Second))
	st.b.Script(gitlabtest.Outcome{Project: c.ID, Instance: sandbox.name, Job: "deploy-instance: [sandbox]", Run: 45 * time.Minute})
	st.commit(c, people[1], "[AutoDeploy][Update] sandbox|"+st.deployment(), edited(c, sandbox, "GROVE_CMS_MAX_REPLICAS: 2"))
	st.b.At(st.now.Add(-20 * time.Second))
	st.b.Script(gitlabtest.Outcome{Project: c.ID, Instance: teak.name, Job: "generate-pipeline", Queue: 30 * time.Minute})
	st.commit(c, people[2], "[AutoDeploy][Update] teak-regression|"+st.deployment(), edited(c, teak, "GROVE_CMS_MAX_REPLICAS: 2"))
	st.b.At(st.now)
	full := fails("deploy-instance", find(lab, "redwood-regression"), memoryLog)
	full.Project = c.ID
	st.b.Script(*full)
	st.b.Script(gitlabtest.Outcome{Project: c.ID, Instance: "load-test", Job: "deploy-instance: [load-test]", Hang: true})
}
