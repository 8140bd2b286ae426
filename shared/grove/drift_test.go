package grove_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/open-craft/ocim/shared/grove"
)

func TestDrift(t *testing.T) {
	t.Parallel()
	says := func(release string, pairs ...string) *grove.Configured {
		c := &grove.Configured{Release: release, Settings: map[string]string{}}
		for i := 0; i < len(pairs); i += 2 {
			c.Settings[pairs[i]] = pairs[i+1]
		}
		return c
	}
	image := func(name, image string) grove.Workload {
		return grove.Workload{Name: name, Images: []string{image, "sidecar:1"}, Replicas: 1}
	}
	scaled := func(lowest, highest int) grove.Workload {
		return grove.Workload{Name: "lms-worker", Replicas: 3, Autoscaled: true, Min: lowest, Max: highest}
	}
	differs := func(workload, what, key, runs, wanted, deployed string, cause grove.Cause) []grove.Difference {
		return []grove.Difference{{Workload: workload, What: what, Key: key, Runs: runs, Wanted: wanted, Deployed: deployed, Cause: cause}}
	}
	none := []grove.Difference{}
	const openedx, highest = "DOCKER_IMAGE_OPENEDX", "GROVE_LMS_WORKER_MAX_REPLICAS"
	for name, tt := range map[string]struct {
		wanted, deployed *grove.Configured
		runs             grove.Workload
		want             []grove.Difference
	}{
		"as configured":                   {says("", openedx, "r.org/o:2"), says("", openedx, "r.org/o:2"), image("lms", "r.org/o:2"), none},
		"the configuration says nothing":  {says(""), says(""), image("lms", "r.org/o:2"), none},
		"or leaves it to a template":      {says("", openedx, "{{ DOCKER_REGISTRY }}o:2"), says(""), image("lms", "r.org/o:1"), none},
		"other than deployed":             {says("", openedx, "r.org/o:2"), says("", openedx, "r.org/o:2"), image("lms", "r.org/o:1"), differs("lms", "image", openedx, "r.org/o:1", "r.org/o:2", "r.org/o:2", grove.Drifted)},
		"not deployed yet":                {says("", openedx, "r.org/o:2"), says("", openedx, "r.org/o:1"), image("cms-worker", "r.org/o:1"), differs("cms-worker", "image", openedx, "r.org/o:1", "r.org/o:2", "r.org/o:1", grove.Undeployed)},
		"neither the one nor the other":   {says("", openedx, "r.org/o:3"), says("", openedx, "r.org/o:2"), image("lms", "r.org/o:1"), differs("lms", "image", openedx, "r.org/o:1", "r.org/o:3", "r.org/o:2", grove.Drifted)},
		"newly said":                      {says("", openedx, "r.org/o:2"), says(""), image("lms", "r.org/o:1"), differs("lms", "image", openedx, "r.org/o:1", "r.org/o:2", "", grove.Undeployed)},
		"newly said, a number":            {says("", highest, "4"), says(""), scaled(1, 6), differs("lms-worker", "maxReplicas", highest, "6", "4", "", grove.Undeployed)},
		"deployed is not known":           {says("", openedx, "r.org/o:2"), nil, image("lms", "r.org/o:1"), differs("lms", "image", openedx, "r.org/o:1", "r.org/o:2", "", grove.Untold)},
		"already as it will be":           {says("", openedx, "r.org/o:2"), says("", openedx, "r.org/o:1"), image("lms", "r.org/o:2"), none},
		"written in short":                {says("", "DOCKER_IMAGE_REDIS", "redis:7"), nil, image("redis", "docker.io/library/redis:7"), none},
		"of Docker's own registry":        {says("", "DOCKER_IMAGE_CADDY", "docker.io/org/caddy"), nil, image("caddy", "org/caddy:latest"), none},
		"a port is no tag":                {says("", "MFE_DOCKER_IMAGE", "r:5000/mfe"), nil, image("mfe", "r:5000/mfe:latest"), none},
		"pinned alike":                    {says("", "MFE_DOCKER_IMAGE", "r.org/mfe:1@sha256:ab"), nil, image("mfe", "r.org/mfe@sha256:ab"), none},
		"a plugin's image":                {says("", "DISCOVERY_DOCKER_IMAGE", "d:2"), says("", "DISCOVERY_DOCKER_IMAGE", "d:2"), image("discovery", "d:1"), differs("discovery", "image", "DISCOVERY_DOCKER_IMAGE", "d:1", "d:2", "d:2", grove.Drifted)},
		"the release by Tutor's version":  {says("teak.2"), says("sumac.1"), image("lms", "docker.io/overhangio/openedx:19.0.1"), differs("lms", "release", "", "docker.io/overhangio/openedx:19.0.1", "teak.2", "sumac.1", grove.Undeployed)},
		"the same release":                {says("teak.2"), nil, image("lms", "docker.io/overhangio/openedx:20.0.1-indigo"), none},
		"the release by its name":         {says("teak.2"), says("teak.2"), image("lms", "r.org/o:teak.1"), differs("lms", "release", "", "r.org/o:teak.1", "teak.2", "teak.2", grove.Drifted)},
		"a tag that names no release":     {says("teak.2"), says("teak.2"), image("lms", "r.org/o:latest"), none},
		"a release that is none":          {says("master"), says("master"), image("lms", "r.org/o:teak.1"), none},
		"others do not show the release":  {says("teak.2"), nil, image("caddy", "caddy:19.0.1"), none},
		"the autoscaler's bounds":         {says("", highest, "4", "GROVE_LMS_WORKER_MIN_REPLICAS", "1"), says("", highest, "4"), scaled(1, 6), differs("lms-worker", "maxReplicas", highest, "6", "4", "4", grove.Drifted)},
		"another plugin's bounds":         {says("", "POD_AUTOSCALING_LMS_WORKER_MIN_REPLICAS", "2"), says("", "POD_AUTOSCALING_LMS_WORKER_MIN_REPLICAS", "1"), scaled(1, 6), differs("lms-worker", "minReplicas", "POD_AUTOSCALING_LMS_WORKER_MIN_REPLICAS", "1", "2", "1", grove.Undeployed)},
		"an autoscaler moves the count":   {says("", "GROVE_LMS_WORKER_REPLICAS", "9"), nil, scaled(1, 6), none},
		"scaled by hand":                  {says("", "K8S_CADDY_REPLICAS", "2"), says("", "K8S_CADDY_REPLICAS", "2"), grove.Workload{Name: "caddy", Replicas: 0}, differs("caddy", "replicas", "K8S_CADDY_REPLICAS", "0", "2", "2", grove.Drifted)},
		"bounds do not count without one": {says("", "GROVE_CADDY_MAX_REPLICAS", "2"), nil, grove.Workload{Name: "caddy", Replicas: 5}, none},
		"its autoscaler is not known":     {says("", "GROVE_CADDY_REPLICAS", "2"), nil, grove.Workload{Name: "caddy", Replicas: 5, Uncounted: true}, none},
		"what is no number":               {says("", "GROVE_CADDY_REPLICAS", "many"), nil, grove.Workload{Name: "caddy", Replicas: 5}, none},
		"a number in another form":        {says("", "GROVE_CADDY_REPLICAS", "05"), nil, grove.Workload{Name: "caddy", Replicas: 5}, none},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, grove.Drift(*tt.wanted, tt.deployed, []grove.Workload{tt.runs}))
		})
	}
}

func FuzzDrift(f *testing.F) {
	f.Add("lms", "r.org/o:teak.1@sha256:ab", "r.org/o", "teak.2", 3)
	f.Add("", "", ":", "", -1)
	f.Fuzz(func(t *testing.T, name, runs, image, release string, replicas int) {
		c := grove.Configured{Release: release, Settings: map[string]string{"DOCKER_IMAGE_OPENEDX": image, "GROVE_LMS_REPLICAS": image}}
		w := []grove.Workload{{Name: name, Images: []string{runs}, Replicas: replicas}}
		for _, d := range grove.Drift(c, &c, w) {
			assert.Equal(t, grove.Drifted, d.Cause, "nothing is undeployed")
			assert.Equal(t, name, d.Workload)
		}
	})
}

func TestDriftIsPutInWords(t *testing.T) {
	t.Parallel()
	differs := func(what, runs, deployed string, cause grove.Cause) grove.Difference {
		return grove.Difference{Workload: "lms", What: what, Runs: runs, Wanted: deployed, Deployed: deployed, Cause: cause}
	}
	most := differs(grove.DiffersMax, "4", "10", grove.Drifted)
	for want, list := range map[string][]grove.Difference{
		"": {differs(grove.DiffersMax, "4", "10", grove.Undeployed), differs(grove.DiffersMin, "1", "2", grove.Untold)},
		"lms has at most 4 instead of 10 replicas":              {differs(grove.DiffersImage, "a", "b", grove.Undeployed), most},
		"lms has at most 4 instead of 10 replicas (and 1 more)": {most, most},
		"lms has at least 1 instead of 2 replicas":              {differs(grove.DiffersMin, "1", "2", grove.Drifted)},
		"lms has 0 instead of 2 replicas":                       {differs(grove.DiffersCount, "0", "2", grove.Drifted)},
		"lms runs image r.org/o:1 instead of r.org/o:2":         {differs(grove.DiffersImage, "r.org/o:1", "r.org/o:2", grove.Drifted)},
		"lms runs image r.org/o:teak.1 instead of teak.2":       {differs(grove.DiffersRelease, "r.org/o:teak.1", "teak.2", grove.Drifted)},
	} {
		assert.Equal(t, want, grove.Drifting(list))
	}
}
