package openedx_test

import (
	"fmt"

	"github.com/open-craft/ocim/shared/openedx"
)

// The release is read from whatever names it, and says where that was.
func ExampleReleaseFrom() {
	fmt.Println(openedx.ReleaseFrom(openedx.Clues{Requirements: "tutor[full]>=20.0.0,<21\n"}))
	fmt.Println(openedx.ReleaseFrom(openedx.Clues{CommonVersion: "release/teak.3", TutorVersion: "19.0.1"}))
	// Output:
	// teak requirements.txt
	// teak.3 OPENEDX_COMMON_VERSION
}

// A key that is off by a letter is found.
func ExampleNearestKey() {
	fmt.Println(openedx.NearestKey("config.yml", "PLATFORM_NAM"))
	// Output: PLATFORM_NAME
}
