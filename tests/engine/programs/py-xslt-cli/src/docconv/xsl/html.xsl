<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:import href="common/words.xsl"/>
<xsl:output method="html" indent="yes"/>
<xsl:template match="/book"><html><head><title><xsl:value-of select="title"/></title></head><body><xsl:apply-templates select="chapter"/></body></html></xsl:template>
<xsl:template match="chapter"><h2><xsl:call-template name="word"><xsl:with-param name="key">chapter</xsl:with-param></xsl:call-template> <xsl:number/>: <xsl:value-of select="title"/></h2><xsl:apply-templates select="p"/></xsl:template>
<xsl:template match="p"><p><xsl:apply-templates/></p></xsl:template>
</xsl:stylesheet>
