// Presents the token file of a job to the code by which HashiCorp Vault or Kubernetes checks it, once a second.
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A validator takes an ID token, or says why not.
type validator func(ctx context.Context, token string) error

// validators by name: each is made of a file with what the recipe sets up there.
var validators = map[string]func(ctx context.Context, recipe string) (validator, error){
	"vault":      newVault,
	"kubernetes": newKubernetes,
}

// report is what a server did with the tokens of a job.
type report struct {
	Server string `json:"server"`
	// Before and After count logins, by the end of the first token.
	Before int `json:"before"`
	After  int `json:"after"`
	// Tokens counts the different tokens that were taken.
	Tokens int `json:"tokens"`
	// Refusals holds what the server said, by the name of its recipe.
	Refusals map[string]string `json:"refusals"`
}

func main() {
	if err := run(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, server string) error {
	seconds, err := strconv.ParseFloat(os.Getenv("PLAY_SECONDS"), 64)
	if err != nil {
		return err
	}
	first, err := readToken()
	if err != nil {
		return err
	}
	result := report{Server: server, Refusals: map[string]string{}}
	until := time.Now().Add(time.Duration(seconds * float64(time.Second)))
	if err := logInUntil(ctx, until, first, &result); err != nil {
		return err
	}
	for _, name := range []string{"audience", "subject", "expired"} {
		token := first
		if name != "expired" {
			if token, err = readToken(); err != nil {
				return err
			}
		}
		validate, err := newValidator(ctx, server, name)
		if err != nil {
			return err
		}
		refusal := validate(ctx, token)
		if refusal == nil {
			return fmt.Errorf("%s let in what its recipe %q must refuse", server, name)
		}
		result.Refusals[name] = refusal.Error()
	}
	line, err := json.Marshal(result)
	if err != nil {
		return err
	}
	fmt.Println(string(line))
	return nil
}

// logInUntil presents what the token file holds, and fails when the server refuses it once.
func logInUntil(ctx context.Context, until time.Time, first string, result *report) error {
	logIn, err := newValidator(ctx, result.Server, "right")
	if err != nil {
		return err
	}
	end, err := expiry(first)
	if err != nil {
		return err
	}
	tokens := map[string]bool{}
	for time.Now().Before(until) {
		token, err := readToken()
		if err != nil {
			return err
		}
		if err := logIn(ctx, token); err != nil {
			return err
		}
		if time.Now().Before(end) {
			result.Before++
		} else {
			result.After++
		}
		tokens[token] = true
		time.Sleep(time.Second)
	}
	result.Tokens = len(tokens)
	return nil
}

func newValidator(ctx context.Context, server, recipe string) (validator, error) {
	return validators[server](ctx, filepath.Join(os.Getenv("RECIPES"), server+"-"+recipe))
}

func readToken() (string, error) {
	content, err := os.ReadFile(os.Getenv("TOKEN_FILE"))
	return string(content), err
}

func expiry(token string) (time.Time, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return time.Time{}, fmt.Errorf("the token file holds %d parts", len(parts))
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return time.Time{}, err
	}
	var claims struct {
		Expiry int64 `json:"exp"`
	}
	err = json.Unmarshal(payload, &claims)
	return time.Unix(claims.Expiry, 0), err
}
