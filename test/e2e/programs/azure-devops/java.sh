#!/usr/bin/env bash
# Lets Maven reach the feed, and keep nothing: Java takes neither root, proxy nor home from the environment.
set -euo pipefail
trust=$AGENT_TEMPDIRECTORY/trust.p12
keytool -importcert -noprompt -alias root -file "$SSL_CERT_FILE" -keystore "$trust" -storepass changeit
proxy=${HTTPS_PROXY#http://}
mkdir .mvn
echo "-Djavax.net.ssl.trustStore=$trust -Djavax.net.ssl.trustStorePassword=changeit" > .mvn/jvm.config
printf '%s\n' --global-settings=proxy.xml "-Dmaven.repo.local=$AGENT_TEMPDIRECTORY/repository" > .mvn/maven.config
cat > proxy.xml << XML
<settings><proxies><proxy>
  <protocol>http</protocol><host>${proxy%:*}</host><port>${proxy#*:}</port>
</proxy></proxies></settings>
XML
