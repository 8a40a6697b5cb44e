# To be sourced: tells Java of the root and the proxy of this network, and of the hosts that need no
# proxy; other programs take all that from the environment.
trust=$AGENT_TEMPDIRECTORY/trust.p12
keytool -importcert -noprompt -alias root -file "$SSL_CERT_FILE" -keystore "$trust" -storepass changeit
proxy=${HTTPS_PROXY#http://}
export JAVA_TOOL_OPTIONS="-Djavax.net.ssl.trustStore=$trust -Djavax.net.ssl.trustStorePassword=changeit
  -Dhttps.proxyHost=${proxy%:*} -Dhttps.proxyPort=${proxy#*:} -Dhttp.nonProxyHosts=${NO_PROXY//,/|}"
