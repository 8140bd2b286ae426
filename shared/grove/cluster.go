package grove

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/pattern"
)

// Fact is something known of a cluster, and where cluster.yml may say it.
type Fact struct {
	Name string   // as in the JSON of fleet.Cluster
	Keys []string // candidates, the first that has a value counts
}

// ClusterFacts is the table of facts. Only domain_monitoring and
// enable_monitoring_ingress are certain; a cluster that names a fact otherwise
// needs a row here, or an operator's override.
func ClusterFacts() []Fact {
	return []Fact{
		{"name", []string{"TF_VAR_cluster_name"}},
		{"provider", []string{"TF_VAR_cluster_provider"}},
		{"region", []string{"TF_VAR_region", "TF_VAR_do_region", "TF_VAR_aws_region"}},
		{"domain", []string{"TF_VAR_cluster_domain", "TF_VAR_domain"}},
		{"nodeSize", []string{"TF_VAR_worker_node_size"}},
		{"nodesMin", []string{"TF_VAR_min_worker_node_count"}},
		{"nodesMax", []string{"TF_VAR_max_worker_node_count"}},
		{"mysqlSize", []string{"TF_VAR_mysql_instance_size"}},
		{"mongodbSize", []string{"TF_VAR_mongodb_instance_size"}},
	}
}

const (
	monitoringDomain  = "TF_VAR_domain_monitoring"
	monitoringIngress = "TF_VAR_enable_monitoring_ingress"
)

// ClusterReading is what a project's cluster files say.
type ClusterReading struct {
	Cluster  fleet.Cluster     // identity, facts, links, overridden and problems; the rest is zero
	Settings map[string]string // cluster.yml flattened
	Files    []fleet.File      // masked
}

// ReadCluster reads the cluster files of a project, with the overrides of its
// operator on top.
func ReadCluster(project fleet.Project, files []fleet.SourceFile) ClusterReading {
	masker := MaskerOf(project.Contract)
	r := ClusterReading{Files: masker.files(files)}
	c := &r.Cluster
	c.ID, c.ProjectID, c.ProjectPath, c.ProjectURL = project.ID, project.GitLabID, project.Path, project.WebURL
	var doc *Document
	if f := find(files, ClusterFile); f == nil {
		c.Problems = append(c.Problems, fleet.FileProblem{File: ClusterFile, Message: "The file does not exist; the cluster's facts are unknown."})
	} else {
		doc, c.Problems = masker.Read(ClusterFile, f.Text)
	}
	for _, f := range r.Files {
		if f.Path != ClusterFile {
			c.Problems = append(c.Problems, f.Problems...)
		}
	}
	r.Settings = doc.Flatten()
	facts := map[string]string{}
	instead := func(name, found string) string {
		value, set := project.Overrides[name]
		if !set {
			return found
		}
		if found != "" {
			if c.Found == nil {
				c.Found = map[string]string{}
			}
			c.Found[name] = found
		}
		return value
	}
	for _, fact := range ClusterFacts() {
		for _, key := range fact.Keys {
			if value, ok := doc.Scalar(key); ok && value != "" {
				facts[fact.Name] = value
				break
			}
		}
		facts[fact.Name] = instead(fact.Name, facts[fact.Name])
	}
	c.Name, c.Provider, c.Region, c.Domain = cmp.Or(facts["name"], project.ID), facts["provider"], facts["region"], facts["domain"]
	c.NodeSize, c.NodesMin, c.NodesMax = facts["nodeSize"], facts["nodesMin"], facts["nodesMax"]
	c.MySQLSize, c.MongoDBSize = facts["mysqlSize"], facts["mongodbSize"]
	c.Provider = strings.ToLower(c.Provider)
	c.Links = links(project, c, doc, instead)
	c.Overridden = slices.Sorted(maps.Keys(project.Overrides))
	return r
}

var hostName = pattern.Lazy(`^(?i)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$`)

// linkNames lists the links in display order.
var linkNames = []string{"gitlab", "grafana", "prometheus", "alertmanager", "kubernetes", "openfaas"}

func links(project fleet.Project, c *fleet.Cluster, doc *Document, instead func(name, found string) string) []fleet.Link {
	found := map[string]string{"gitlab": project.WebURL, "kubernetes": consoleURL(c)}
	enabled, _ := doc.Scalar(monitoringIngress)
	if domain, ok := doc.Scalar(monitoringDomain); ok && isTrue(enabled) && hostName().MatchString(domain) {
		found["grafana"] = "https://grafana." + domain
		found["prometheus"] = "https://prometheus." + domain
		found["alertmanager"] = "https://alert-manager." + domain
	}
	if project.GatewayURL != "" {
		found["openfaas"] = project.GatewayURL
	} else if hostName().MatchString(c.Domain) {
		found["openfaas"] = "https://openfaas." + c.Domain
	}
	var out []fleet.Link
	for _, name := range linkNames {
		address := instead(name, found[name])
		if isWeb(address) {
			out = append(out, fleet.Link{Name: name, URL: address})
		}
	}
	return out
}

// consoleURL is the provider's page of the cluster, as far as it can be known.
func consoleURL(c *fleet.Cluster) string {
	switch c.Provider {
	case "aws":
		if hostName().MatchString(c.Region) {
			return "https://" + c.Region + ".console.aws.amazon.com/eks/home?region=" + c.Region + "#/clusters/" + url.PathEscape(c.Name)
		}
	case "digitalocean":
		return "https://cloud.digitalocean.com/kubernetes/clusters"
	}
	return ""
}

func isTrue(s string) bool {
	switch strings.ToLower(s) {
	case "true", "yes", "on", "1":
		return true
	}
	return false
}

// isWeb keeps javascript: and the like out of links.
func isWeb(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}
