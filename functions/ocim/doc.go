// Command ocim is Ocim's command line: it lists, shows and changes instances over the
// same API as the pages.
//
//	export OCIM_URL=https://ocim.example.org OCIM_TOKEN=…   # create the token under Account
//	ocim list --health failed
//	ocim update harbor-uni --set LMS_HOST=learn.example.org --wait
//
// Exit codes: 0 done; 1 what was requested failed; 2 wrong usage; 3 not logged in or not
// allowed; 4 not found; 5 refused as things are, such as a conflict; 6 it took longer
// than --timeout; 7 Ocim cannot be reached.
package main
