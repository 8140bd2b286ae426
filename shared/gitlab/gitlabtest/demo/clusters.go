package demo

import "fmt"

// Cluster is one GitLab project of the demonstration.
type Cluster struct {
	ID           int
	Path         string
	Name         string
	Provider     string // aws, digitalocean, minikube
	Domain       string // of the cluster's own services
	TriggerToken string
}

// Token is the access token of the demonstration: maintainer of every project.
const Token = "glpat-demonstration-only"

// Clusters gives the demonstration's clusters.
func Clusters() []Cluster {
	return []Cluster{
		{101, "campus/grove-campus-aws", "campus-aws", "aws", "campus.example.org", "glptt-demonstration-campus"},
		{102, "academy/grove-academy-do", "academy-do", "digitalocean", "academy.example.com", "glptt-demonstration-academy"},
		{103, "lab/grove-lab-minikube", "lab-minikube", "minikube", "lab.example.org", "glptt-demonstration-lab"},
	}
}

// Spare gives the cluster that stands ready to be added by hand.
func Spare() Cluster {
	return Cluster{104, "guild/grove-guild-do", "guild-do", "digitalocean", "guild.example.com", "glptt-demonstration-guild"}
}

const awsYML = `# The universities' cluster. Ask Tomás before changing node sizes.
TF_VAR_cluster_name: campus-aws
TF_VAR_cluster_provider: aws
TF_VAR_aws_region: eu-west-1
TF_VAR_min_worker_node_count: 4
TF_VAR_max_worker_node_count: 12
TF_VAR_worker_node_size: m6i.xlarge
TF_VAR_mysql_instance_size: db.m6g.large
TF_VAR_mongodb_instance_size: M20
TF_VAR_domain_monitoring: monitoring.campus.example.org
TF_VAR_enable_monitoring_ingress: "true"
TF_VAR_alertmanager_config: |
  route:
    receiver: oncall
    group_by: [namespace, alertname]
  receivers:
    - name: oncall
      email_configs:
        - to: oncall@campus.example.org
      slack_configs:
        - api_url: https://hooks.slack.com/services/T0DEMO/B0DEMO/onlyForTheDemonstration
`

const doYML = `TF_VAR_cluster_name: academy-do
TF_VAR_cluster_provider: digitalocean
TF_VAR_do_region: fra1
TF_VAR_min_worker_node_count: 3
TF_VAR_max_worker_node_count: 8
TF_VAR_worker_node_size: s-8vcpu-16gb
TF_VAR_mysql_instance_size: db-s-2vcpu-4gb
TF_VAR_mongodb_instance_size: db-s-1vcpu-2gb
TF_VAR_domain_monitoring: monitoring.academy.example.com
TF_VAR_enable_monitoring_ingress: "true"
TF_VAR_lets_encrypt_notification_inbox: certificates@academy.example.com
`

const minikubeYML = `TF_VAR_cluster_name: lab-minikube
TF_VAR_cluster_provider: minikube
TF_VAR_min_worker_node_count: 1
TF_VAR_max_worker_node_count: 1
TF_VAR_domain_monitoring: monitoring.lab.example.org
TF_VAR_enable_monitoring_ingress: "false"
`

const guildYML = `TF_VAR_cluster_name: guild-do
TF_VAR_cluster_provider: digitalocean
TF_VAR_do_region: ams3
TF_VAR_min_worker_node_count: 2
TF_VAR_max_worker_node_count: 4
TF_VAR_worker_node_size: s-4vcpu-8gb
TF_VAR_mysql_instance_size: db-s-1vcpu-2gb
TF_VAR_domain_monitoring: monitoring.guild.example.com
TF_VAR_enable_monitoring_ingress: "true"
`

const ciYML = `include:
  - project: opencraft/grove
    ref: main
    file: gitlab-ci/main.yml

variables:
  TF_ROOT: infrastructure
`

// files gives a new cluster's repository, without instances.
func (c Cluster) files() map[string]string {
	cluster := map[string]string{"campus-aws": awsYML, "academy-do": doYML, "lab-minikube": minikubeYML, "guild-do": guildYML}[c.Name]
	return map[string]string{
		"README.md":                 fmt.Sprintf("# %s\n\nOpen edX instances of %s, deployed by Grove.\n", c.Name, c.Domain),
		".gitlab-ci.yml":            ciYML,
		"cluster.yml":               cluster,
		"infrastructure/main.tf":    fmt.Sprintf("module \"grove\" {\n  source       = \"../grove/provider-%s\"\n  cluster_name = %q\n}\n", c.Provider, c.Name),
		"defaults/config.yml":       fmt.Sprintf("# What a new instance of %s starts from.\nCONTACT_EMAIL: help@%s\nENABLE_HTTPS: true\nENABLE_WEB_PROXY: false\nPLUGINS:\n  - grove\n  - mfe\n", c.Name, c.Domain),
		"defaults/grove.yml":        "IMAGE_BUILD_CONFIG:\n  openedx:\n    DOCKER_IMAGE_VAR: TUTOR_DOCKER_IMAGE_OPENEDX\n  mfe:\n    DOCKER_IMAGE_VAR: TUTOR_MFE_DOCKER_IMAGE\n",
		"defaults/requirements.txt": "tutor>=20,<21\ntutor-mfe>=20,<21\ngit+https://gitlab.com/opencraft/dev/tutor-contrib-grove.git@main\n",
	}
}
