package grove

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
)

func inGit(path, text string) fleet.SourceFile {
	return fleet.SourceFile{Path: path, Text: []byte(text)}
}

func project() fleet.Project {
	return fleet.Project{ID: "campus", GitLabID: 7, Path: "grove/campus", WebURL: "https://gitlab.example.org/grove/campus"}
}

func TestReadCluster(t *testing.T) {
	r := ReadCluster(project(), []fleet.SourceFile{
		inGit("cluster.yml", string(testdata(t, "mask/cluster.yml"))+`
TF_VAR_aws_region: eu-west-1
TF_VAR_min_worker_node_count: 3
TF_VAR_max_worker_node_count: "5"
TF_VAR_worker_node_size: t3.large
TF_VAR_mysql_instance_size: db.t3.micro
TF_VAR_mongodb_instance_size: M10
TF_VAR_cluster_domain: campus.example.org
TF_VAR_unheard_of: kept
`),
		inGit("defaults/config.yml", "A_KEY: x\nB: [\n"),
	})
	golden(t, "facts/cluster.json", indented(t, r.Cluster))
	assert.Equal(t, "kept", r.Settings["TF_VAR_unheard_of"])
	for _, value := range r.Settings {
		assert.NotContains(t, value, "canary")
	}
	require.Len(t, r.Files, 2)
	assert.NotContains(t, r.Files[0].Text+r.Files[1].Text, "canary")
}

func indented(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.MarshalIndent(v, "", "  ")
	require.NoError(t, err)
	return append(text, '\n')
}

func linkURL(c fleet.Cluster, name string) string {
	for _, l := range c.Links {
		if l.Name == name {
			return l.URL
		}
	}
	return ""
}

func TestClusterLinks(t *testing.T) {
	read := func(p fleet.Project, text string) fleet.Cluster {
		return ReadCluster(p, []fleet.SourceFile{inGit("cluster.yml", text)}).Cluster
	}
	ingress := "TF_VAR_domain_monitoring: m.example.org\nTF_VAR_enable_monitoring_ingress: "
	assert.Equal(t, "https://alert-manager.m.example.org", linkURL(read(project(), ingress+"true\n"), "alertmanager"))
	assert.Equal(t, "https://grafana.m.example.org", linkURL(read(project(), ingress+"'1'\n"), "grafana"))
	assert.Empty(t, linkURL(read(project(), ingress+"false\n"), "grafana"))
	assert.Empty(t, linkURL(read(project(), "TF_VAR_domain_monitoring: m.example.org\n"), "prometheus"))
	assert.Empty(t, linkURL(read(project(), strings.Replace(ingress, "m.example", "x/y?m.example", 1)+"true\n"), "prometheus"))
	assert.Equal(t, "https://cloud.digitalocean.com/kubernetes/clusters", linkURL(read(project(), "TF_VAR_cluster_provider: DigitalOcean\n"), "kubernetes"))
	assert.Empty(t, linkURL(read(project(), "TF_VAR_cluster_provider: minikube\n"), "kubernetes"))

	p := project()
	p.GatewayURL = "https://gateway.example.org"
	p.Overrides = map[string]string{"region": "mars", "grafana": "https://elsewhere.example.org", "prometheus": "javascript:alert(1)", "gitlab": ""}
	c := read(p, ingress+"true\nTF_VAR_do_region: ams3\nTF_VAR_cluster_domain: c.example.org\n")
	assert.Equal(t, "mars", c.Region)
	assert.Equal(t, "https://elsewhere.example.org", linkURL(c, "grafana"))
	assert.Empty(t, linkURL(c, "prometheus"))
	assert.Empty(t, linkURL(c, "gitlab"))
	assert.Equal(t, "https://gateway.example.org", linkURL(c, "openfaas"))
	assert.Equal(t, []string{"gitlab", "grafana", "prometheus", "region"}, c.Overridden)
	assert.Equal(t, map[string]string{
		"region": "ams3", "grafana": "https://grafana.m.example.org", "prometheus": "https://prometheus.m.example.org", "gitlab": p.WebURL,
	}, c.Found)
}

func TestReadClusterWithoutFile(t *testing.T) {
	r := ReadCluster(project(), nil)
	assert.Equal(t, "campus", r.Cluster.Name)
	require.Len(t, r.Cluster.Problems, 1)
	assert.Equal(t, "cluster.yml", r.Cluster.Problems[0].File)
	r = ReadCluster(project(), []fleet.SourceFile{inGit("cluster.yml", "A: [\n")})
	assert.Equal(t, 1, len(r.Cluster.Problems))
	assert.Equal(t, "https://gitlab.example.org/grove/campus", linkURL(r.Cluster, "gitlab"))
}

func TestReadInstance(t *testing.T) {
	r := ReadInstance("campus", nil, "demo", []fleet.SourceFile{
		inGit("instances/demo/requirements.txt", "tutor==20.0.1\n--index-url https://u:canary@pypi.example.org\n"),
		inGit("instances/demo/grove.yml", "COMPREHENSIVE_THEME_NAME: campus-theme\nCOMPREHENSIVE_THEME_SOURCE_REPO: https://git.example.org/theme.git\nCOMPREHENSIVE_THEME_VERSION: v2\nPR_WATCHER: false\n"),
		inGit("instances/demo/config.yml", string(testdata(t, "mask/config.yml"))+`
PLATFORM_NAME: Demo Campus
MFE_HOST: apps.demo.example.org
PREVIEW_LMS_HOST: "{{ LMS_HOST }}"
CONTACT_EMAIL: a@example.org
OPENEDX_COMMON_VERSION: open-release/teak.2
EDX_PLATFORM_REPOSITORY: https://github.com/openedx/edx-platform.git
`),
	})
	golden(t, "facts/instance.json", indented(t, map[string]any{"instance": r.Instance, "details": r.Details, "settings": r.Settings}))
	require.Len(t, r.Files, 3)
	for _, f := range r.Files {
		assert.NotContains(t, f.Text, "canary")
	}
}

func TestBrokenFileSpoilsNothingElse(t *testing.T) {
	r := ReadInstance("campus", nil, "demo", []fleet.SourceFile{
		inGit("instances/demo/config.yml", "LMS_HOST: a\n\tB: 1\n"),
		inGit("instances/demo/grove.yml", "SIMPLE_THEME_EXTRA_SCSS: x\n"),
		inGit("instances/demo/requirements.txt", "\xff"),
	})
	require.Len(t, r.Instance.Problems, 1)
	assert.Equal(t, fleet.FileProblem{File: "instances/demo/config.yml", Line: 2, Column: 1, Message: "A tab indents this line; YAML allows only spaces."}, r.Instance.Problems[0])
	assert.Equal(t, "simple theme", r.Instance.Theme)
	assert.Empty(t, r.Instance.LMSURL)
	assert.Equal(t, map[string]string{"SIMPLE_THEME_EXTRA_SCSS": "x"}, r.Settings)
	assert.Empty(t, ReadInstance("campus", nil, "demo", nil).Instance.Problems)
}

func TestHosts(t *testing.T) {
	for host, want := range map[string]string{
		"a.example.org": "https://a.example.org", "a.example.org/path": "", "a b": "", "javascript:x": "", "{{ X }}": "", "-a.org": "", "": "",
		strings.Repeat("a", 300): "",
	} {
		doc, _ := Read("x.yml", []byte("LMS_HOST: '"+host+"'\n"))
		assert.Equal(t, want, webURL(doc, "LMS_HOST"), host)
	}
	doc, _ := Read("x.yml", []byte("LMS_HOST: local.example.org\nENABLE_HTTPS: false\n"))
	assert.Equal(t, "http://local.example.org", webURL(doc, "LMS_HOST"))
}

func TestSort(t *testing.T) {
	r := Sort([]fleet.SourceFile{
		inGit("instances/a/config.yml", ""), inGit("instances/a/grove.yml", ""), inGit("instances/b/requirements.txt", ""),
		inGit("cluster.yml", ""), inGit("defaults/config.yml", ""), inGit("README.md", ""), inGit("instances/a/theme/x.scss", ""),
		inGit("instances/bad name/config.yml", ""), inGit("instances/bad name/grove.yml", ""),
		inGit("instances/../config.yml", ""), inGit("instances/config.yml", ""),
	})
	assert.Len(t, r.Cluster, 2)
	assert.Len(t, r.Instances, 2)
	assert.Len(t, r.Instances["a"], 2)
	require.Len(t, r.Problems, 1)
	assert.Contains(t, r.Problems[0].Message, "cannot be that of an instance")
}

func TestNames(t *testing.T) {
	for _, name := range []string{"demo", "Demo_1-x", "9", strings.Repeat("a", 49)} {
		require.NoError(t, ValidateName(name), name)
	}
	for _, name := range []string{"", strings.Repeat("a", 50), "a..b", "a/b", "a\x00", "a#b", "ä", "a b", "-a", "_a", "a\n", "[a]", "a|b", "a$b"} {
		err := ValidateName(name)
		require.Error(t, err, "%q", name)
		assert.True(t, fault.Is(err, fault.Invalid))
	}
	for name, want := range map[string]string{
		"Demo Campus": "demo-campus", "  Éco_le!! ": "eco-le", "a--b": "a-b", "_x_": "x", "***": "", "it's": "its", "A.B": "a-b",
	} {
		assert.Equal(t, want, Slugify(name))
	}
}
