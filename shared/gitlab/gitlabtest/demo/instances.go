package demo

import (
	"slices"
	"strings"
)

// instance is a row of the tables: one Open edX site.
type instance struct {
	name     string
	platform string
	domain   string // LMS_HOST
	release  string // redwood, sumac, teak, ulmo
	age      int    // days since it was created; those older than the cluster came with it
	traits   string // what sets it apart, see the templates
}

func (i instance) has(trait string) bool { return slices.Contains(strings.Fields(i.traits), trait) }

// On campus-aws: universities.
var campus = []instance{
	{"ardmore-university", "Ardmore University Online", "learn.ardmore.example.org", "teak", 900, "theme ecommerce discovery forum comments"},
	{"northgate-college", "Northgate College", "courses.northgate.example.org", "teak", 900, "theme forum"},
	{"lumen-institute", "Lumen Institute of Technology", "online.lumen.example.org", "sumac", 900, "fork theme credentials lms-env"},
	{"vale-medical-school", "Vale Medical School", "cpd.valemedical.example.org", "sumac", 900, "fork saml lms-env comments"},
	{"harbour-business-school", "Harbour Business School", "executive.harbour.example.org", "ulmo", 900, "theme ecommerce discovery"},
	{"st-brannoc", "St Brannoc University", "mooc.stbrannoc.example.org", "teak", 900, "theme discovery aspects"},
	{"open-prairie", "Open Prairie University", "open.prairie.example.org", "teak", 380, "forum notes notice"},
	{"quarry-hill", "Quarry Hill Conservatoire", "learn.quarryhill.example.org", "ulmo", 344, "theme"},
	{"delta-polytechnic", "Delta Polytechnic", "learn.delta-poly.example.org", "sumac", 310, "cron xqueue comments"},
	{"sisu-university", "Sisu University", "verkko.sisu.example.org", "teak", 287, "lang-fi theme saml workers"},
	{"universidad-del-lago", "Universidad del Lago", "cursos.dellago.example.org", "teak", 263, "lang-es theme forum"},
	{"ecole-du-val", "École du Val", "formations.ecoleduval.example.org", "ulmo", 221, "lang-fr theme"},
	{"kestrel-law", "Kestrel School of Law", "study.kestrel-law.example.org", "ulmo", 176, "saml notes domains"},
	{"tidewater-extension", "Tidewater Extension", "extension.tidewater.example.org", "ulmo", 131, "ecommerce windows"},
	{"meridian-nursing", "Meridian School of Nursing", "learn.meridian-nursing.example.org", "ulmo", 88, "fork lms-env"},
	{"fjord-maritime", "Fjord Maritime Academy", "kurs.fjord-maritime.example.org", "ulmo", 47, "theme mfe"},
	{"cinder-arts", "Cinder School of Arts", "learn.cinder-arts.example.org", "ulmo", 3, "theme"},
}

// On academy-do: companies and associations.
var academy = []instance{
	{"brightloom-academy", "Brightloom Academy", "academy.brightloom.example.com", "teak", 700, "theme ecommerce discovery"},
	{"copperleaf-learning", "Copperleaf Learning", "learning.copperleaf.example.com", "teak", 700, "theme saml"},
	{"helio-energy", "Helio Energy Training", "training.helio.example.com", "sumac", 700, "fork saml comments"},
	{"nimbus-cloud-school", "Nimbus Cloud School", "school.nimbus.example.com", "ulmo", 700, "ecommerce aspects mfe"},
	{"safe-hands", "Safe Hands First Aid", "cursos.safehands.example.com", "teak", 371, "lang-es"},
	{"terra-farmers", "Terra Farmers' Association", "learn.terrafarmers.example.com", "teak", 333, "forum"},
	{"orbit-aviation", "Orbit Aviation", "ground-school.orbit.example.com", "teak", 298, "saml notes cron refused"},
	{"paperbird", "Paperbird Publishing", "courses.paperbird.example.com", "sumac", 254, "theme"},
	{"stonebridge-bank", "Stonebridge Bank Compliance", "compliance.stonebridge.example.com", "teak", 209, "fork saml lms-env domains"},
	{"juniper-care", "Juniper Care", "learn.junipercare.example.com", "ulmo", 183, "lms-env"},
	{"mosaic-museums", "Mosaic Museums", "learn.mosaic-museums.example.com", "ulmo", 142, "theme forum"},
	{"velo-mechanics", "Vélo Mechanics", "atelier.velo.example.com", "ulmo", 96, "lang-fr theme"},
	{"ember-fire-training", "Ember Fire Training", "training.emberfire.example.com", "ulmo", 58, "xqueue"},
	{"lighthouse-charity", "Lighthouse Charity", "learn.lighthouse.example.com", "ulmo", 29, "comments"},
}

// On lab-minikube: whatever is being tried out.
var lab = []instance{
	{"sandbox", "Sandbox", "sandbox.lab.example.org", "ulmo", 500, "debug"},
	{"redwood-regression", "Redwood regression", "redwood.lab.example.org", "redwood", 500, "debug comments"},
	{"sumac-regression", "Sumac regression", "sumac.lab.example.org", "sumac", 400, "debug"},
	{"teak-regression", "Teak regression", "teak.lab.example.org", "teak", 250, "debug"},
	{"ulmo-candidate", "Ulmo candidate", "ulmo.lab.example.org", "ulmo", 90, "debug mfe"},
	{"theme-playground", "Theme playground", "themes.lab.example.org", "ulmo", 72, "theme debug"},
	{"load-test", "Load test", "load.lab.example.org", "teak", 40, "workers"},
	{"scorm-trial", "SCORM trial", "scorm.lab.example.org", "teak", 21, "fork"},
	{"aspects-trial", "Aspects trial", "aspects.lab.example.org", "ulmo", 12, "aspects debug"},
	{"pr-36012", "PR 36012", "pr-36012.lab.example.org", "ulmo", 2, "fork debug"},
}

// On guild-do, which is not in Ocim yet.
var guild = []instance{
	{"bakers-guild", "Bakers' Guild", "learn.bakers.example.com", "teak", 500, "theme"},
	{"clockmakers", "Clockmakers' School", "school.clockmakers.example.com", "ulmo", 500, "forum"},
	{"stonemasons", "Stonemasons", "yard.stonemasons.example.com", "ulmo", 30, ""},
}

// Gone by now.
var (
	archivedCampus = instance{"winter-school-2025", "Winter School 2025", "winter.campus.example.org", "sumac", 360, "theme"}
	archivedDo     = instance{"hackday", "Hack Day", "hackday.academy.example.com", "teak", 240, ""}
	deletedLab     = instance{"pr-35771", "PR 35771", "pr-35771.lab.example.org", "teak", 65, "debug"}
)
